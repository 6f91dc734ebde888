import type { Pool, PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { inTransaction } from '#processors/engine/transaction.ts';
import { Problem } from '#src/api/problem.ts';
import {
  type Collection,
  type Content,
  columnsOf,
  fromTable,
  keyOf,
  type Stored,
  type TableRow,
  toTable,
} from '../collections/collection.ts';
import { findRow, rowNotFound } from './read.ts';

/**
 * One change at a time: whoever holds the row of the version decides on rows that nobody else changes meanwhile. So a race
 * is lost visibly (412), two rows never overlap, and the changes are numbered in the order of their commits.
 */
export const changing = <T>(pool: Pool, actor: string, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query(`select set_config('oms.actor', $1, true)`, [actor]);
    await client.query('select version from reference_version for update');
    return work(client);
  });

/** @throws Problem OMS_REFERENCE_CONFLICT */
export async function createRow(client: PoolClient, collection: Collection, content: Content): Promise<Stored> {
  await refuseOverlap(client, collection, content);
  const [created] = await insertRows(client, collection, [content]);
  return created as Stored;
}

/**
 * @param matches does the caller know the row as it is?
 * @throws Problem OMS_REFERENCE_NOT_FOUND, OMS_PRECONDITION_FAILED, OMS_REFERENCE_CONFLICT
 */
export async function replaceRow(
  client: PoolClient,
  collection: Collection,
  id: string,
  content: Content,
  matches: (row: Stored) => boolean,
): Promise<Stored> {
  await rowToChange(client, collection, id, matches);
  await refuseOverlap(client, collection, content, id);
  const [replaced] = await updateRows(client, collection, [{ ...content, id }]);
  return replaced as Stored;
}

/** The row stays, and says when it was deleted. */
export async function deleteRow(
  client: PoolClient,
  collection: Collection,
  id: string,
  matches: (row: Stored) => boolean,
): Promise<void> {
  await rowToChange(client, collection, id, matches);
  await client.query(`update ${collection.table} set deleted_at = clock_timestamp() where id = $1`, [id]);
}

async function rowToChange(
  client: PoolClient,
  collection: Collection,
  id: string,
  matches: (row: Stored) => boolean,
): Promise<void> {
  const row = await findRow(client, collection, id);
  if (!row || row.deletedAt) throw rowNotFound(collection, id, row);
  if (!matches(row))
    throw new Problem('OMS_PRECONDITION_FAILED', `the ${collection.noun} is at version ${row.version}`);
}

async function refuseOverlap(client: PoolClient, collection: Collection, content: Content, self?: string) {
  const columns = columnsOf(collection);
  const row = toTable(collection, content);
  const same = collection.key.map((field, index) => `${columns[field]} = $${index + 4}`).join(' and ');
  const { rows } = await client.query<{ row: TableRow }>(
    `select to_jsonb(other) as row from ${collection.table} as other
     where deleted_at is null and id is distinct from $1::uuid and effective_from < $3::date and $2::date < effective_to
       and ${same} order by effective_from limit 1`,
    [
      self ?? null,
      content.effectiveFrom,
      content.effectiveTo,
      ...collection.key.map((field) => row[columns[field] ?? '']),
    ],
  );
  const other = rows[0] && fromTable(collection, rows[0].row);
  if (other)
    throw new Problem(
      'OMS_REFERENCE_CONFLICT',
      `${keyOf(collection, content)} has a row from ${other.effectiveFrom} to ${other.effectiveTo} already: ${other.id}`,
      { errors: [{ field: 'effectiveFrom', message: `overlaps with ${other.id}` }] },
    );
}

/** Writes rows that were checked before, with one statement. */
export async function insertRows(
  client: PoolClient,
  collection: Collection,
  contents: readonly Content[],
): Promise<Stored[]> {
  const columns = ['id', ...Object.values(columnsOf(collection))].join(', ');
  const rows = contents.map((content) => toTable(collection, { ...content, id: uuidv7() }));
  return written(
    client,
    collection,
    `insert into ${collection.table} (${columns}) select ${columns}
     from jsonb_populate_recordset(null::${collection.table}, $1) returning to_jsonb(${collection.table}) as row`,
    rows,
  );
}

/** Replaces rows that were checked before, with one statement. */
export async function updateRows(
  client: PoolClient,
  collection: Collection,
  contents: readonly (Content & { id: string })[],
): Promise<Stored[]> {
  const set = Object.values(columnsOf(collection)).map((column) => `${column} = given.${column}`);
  return written(
    client,
    collection,
    `update ${collection.table} as row set ${set.join(', ')}
     from jsonb_populate_recordset(null::${collection.table}, $1) as given
     where row.id = given.id returning to_jsonb(row) as row`,
    contents.map((content) => toTable(collection, content)),
  );
}

async function written(client: PoolClient, collection: Collection, text: string, given: readonly object[]) {
  const { rows } = await client.query<{ row: TableRow }>(text, [JSON.stringify(given)]);
  return rows.map(({ row }) => fromTable(collection, row));
}
