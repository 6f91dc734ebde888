import { type CollectionName, fromTable, type Stored, type TableRow } from '../collections/collection.ts';
import { collections } from '../collections/index.ts';
import type { Database } from './known.ts';

export interface ChangeView {
  /** Grows in the order of the commits. */
  id: string;
  collection: CollectionName;
  rowId: string;
  action: ChangeAction;
  /** `<client>/<subject>`, or `sql/<database user>` for what was done by hand. */
  actor: string;
  at: string;
  before: Stored | null;
  after: Stored | null;
}

export const changeActions = ['created', 'replaced', 'deleted', 'restored', 'removed'] as const;
export type ChangeAction = (typeof changeActions)[number];

export interface ChangesQuery {
  collection?: CollectionName | undefined;
  rowId?: string | undefined;
  actor?: string | undefined;
  after?: string | undefined;
  limit: number;
}

export interface ChangesPage {
  items: readonly ChangeView[];
  /** Send it back as `after` to read on; the same as before when nothing is new. */
  next: string | null;
}

/** Oldest first. A change is never committed behind one that can be read, so nothing is missed by reading on. */
export async function listChanges(database: Database, query: ChangesQuery): Promise<ChangesPage> {
  const { rows } = await database.query<ChangeRow>(
    `select id, collection, row_id, action, actor, before, after, at from reference_change
     where id > $1 and ($2::text is null or collection = $2) and ($3::uuid is null or row_id = $3)
       and ($4::text is null or actor = $4)
     order by id limit $5`,
    [
      query.after ?? 0,
      collections.find(({ name }) => name === query.collection)?.table ?? null,
      query.rowId ?? null,
      query.actor ?? null,
      query.limit,
    ],
  );
  const items = rows.map(viewOf);
  return { items, next: items.at(-1)?.id ?? query.after ?? null };
}

interface ChangeRow {
  id: string;
  collection: string;
  row_id: string;
  action: ChangeAction;
  actor: string;
  before: TableRow | null;
  after: TableRow | null;
  at: Date;
}

function viewOf(row: ChangeRow): ChangeView {
  const collection = collections.find(({ table }) => table === row.collection);
  if (!collection) throw new Error(`reference_change ${row.id}: there is no table ${row.collection}`);
  return {
    id: row.id,
    collection: collection.name,
    rowId: row.row_id,
    action: row.action,
    actor: row.actor,
    at: row.at.toISOString(),
    before: row.before && fromTable(collection, row.before),
    after: row.after && fromTable(collection, row.after),
  };
}
