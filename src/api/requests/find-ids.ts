import type { PoolClient } from 'pg';
import { type Bind, statement } from '#src/platform/statement.ts';
import { type AccessPath, accessPathsOf, type Search } from './access-paths.ts';
import { conditionsOf } from './conditions.ts';
import { roundestBetween } from './uuid-hex.ts';

/** The most requests that are looked at for one page, which takes some 25 ms. Who needs more reads on from there. */
const scanLimit = 10_000;

/** Which path is the shorter one is seen by looking this far down each. */
const sampleSize = 1_000;

export interface Found {
  /** Newest first. */
  ids: readonly string[];
  /** Where to read on; null: there is no more. */
  next: string | null;
}

/** The ids of a page. It may be shorter than asked for, and yet not the last. */
export async function findIds(client: PoolClient, search: Search, limit: number): Promise<Found> {
  const path = await shortest(client, accessPathsOf(search));
  const rows = await ask<{ id: string }>(
    client,
    (bind) => `${matching(path, search, bind)} order by w.id desc limit ${limit + 1}`,
  );
  const ids = rows.map(({ id }) => id).slice(0, limit);
  return { ids, next: rows.length > limit ? (ids.at(-1) ?? null) : await endOfScan(client, path) };
}

/** Of the whole list, as far as one page is looked for. */
export async function countIds(client: PoolClient, search: Search): Promise<{ total: number; totalCapped: boolean }> {
  const path = await shortest(client, accessPathsOf(search));
  const [row] = await ask<{ total: number }>(
    client,
    (bind) => `select count(*)::int as total from (${matching(path, search, bind)}) m`,
  );
  return { total: row?.total ?? 0, totalCapped: (await endOfScan(client, path)) !== null };
}

async function shortest(client: PoolClient, paths: [AccessPath, ...AccessPath[]]): Promise<AccessPath> {
  if (paths.length === 1) return paths[0];
  const rows = await ask<{ lengths: number[] }>(client, (bind) => {
    const lengths = paths.map((path) => `(select count(*)::int from (${scanOf(path, bind)} limit ${sampleSize}) w)`);
    return `select array[${lengths.join(', ')}] as lengths`;
  });
  const lengths = rows[0]?.lengths ?? [];
  return paths[lengths.indexOf(Math.min(...lengths))] ?? paths[0];
}

/**
 * Where looking was given up, between the last request that was looked at and the next one; null when there is none. Both
 * may be another client's, so it is the id of neither.
 */
async function endOfScan(client: PoolClient, path: AccessPath): Promise<string | null> {
  const [last, another] = await ask<{ id: string }>(
    client,
    (bind) => `${scanOf(path, bind)} offset ${scanLimit - 1} limit 2`,
  );
  return last && another ? roundestBetween(another.id, last.id) : null;
}

/** Each part in its own order and with its own end, or PostgreSQL would not merge them but sort them all. */
function scanOf(path: AccessPath, bind: Bind): string {
  const parts = path.parts(bind).map((part) => `(${part} order by 1 desc limit ${scanLimit + 1})`);
  return `select id from (${parts.join(' union all ') || 'select null::uuid as id where false'}) path order by id desc`;
}

/** What is on the path and meets the conditions that it does not prove: one row after the other is looked up. */
function matching(path: AccessPath, { filter, sources, stages }: Search, bind: Bind): string {
  const scan = `select w.id from (${scanOf(path, bind)} limit ${scanLimit}) w`;
  const open = Object.entries(conditionsOf(filter, sources, stages[0])).filter(
    ([name]) => !path.proves.some((proved) => proved === name),
  );
  if (open.length === 0) return scan;
  const conditions = open.map(([, { sql }]) => sql(bind));
  const rows = { r: 'document_request r', p: 'progress p' } as const;
  const tables = [...new Set(open.map(([, { of }]) => of))].filter((table) => table !== null);
  // With its limit of one row it cannot be turned into another kind of join, which would look at all rows first.
  return `${scan} cross join lateral (
    select ${tables.length > 0 ? `from ${tables.map((table) => rows[table]).join(', ')}` : ''}
    where ${[...tables.map((table) => `${table}.id = w.id`), ...conditions].join(' and ')} limit 1) asked`;
}

async function ask<Row extends object>(client: PoolClient, write: (bind: Bind) => string): Promise<Row[]> {
  return (await client.query<Row>(statement(write))).rows;
}
