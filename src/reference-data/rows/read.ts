import { type Collection, columnsOf, fromTable, type Stored, type TableRow } from '../collections/collection.ts';
import { type Database, type Known, tableOf } from './known.ts';

export interface ListQuery {
  /** Fields and the values they must have. */
  filters: Readonly<Record<string, unknown>>;
  /** Only rows that apply then. */
  at?: Date | undefined;
  known: Known;
  includeDeleted: boolean;
  /** The id of the last row of the page before. */
  after?: string | undefined;
  limit: number;
}

export interface Page {
  items: readonly Stored[];
  /** The `after` of the next page; null after the last. */
  next: string | null;
}

/** In the order of the key, then of time. Every name comes from the collection, every value is a parameter. */
export async function listRows(database: Database, collection: Collection, query: ListQuery): Promise<Page> {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const source = tableOf(collection, query.known, add);
  const columns = columnsOf(collection);
  const order = [...collection.key.map((field) => columns[field]), 'effective_from', 'id'].join(', ');
  const conditions = Object.entries(query.filters).map(([field, value]) => `${columns[field]} = ${add(value)}`);
  if (!query.includeDeleted) conditions.push('deleted_at is null');
  if (query.at) {
    const on = add(query.at.toISOString().slice(0, 10));
    conditions.push(`effective_from <= ${on}::date and ${on}::date < effective_to`);
  }
  if (query.after)
    conditions.push(`(${order}) > (select ${order} from ${source} as last where id = ${add(query.after)}::uuid)`);
  const { rows } = await database.query<{ row: TableRow }>(
    `select to_jsonb(row) as row from ${source} as row where ${conditions.join(' and ') || 'true'}
     order by ${order} limit ${add(query.limit + 1)}`,
    values,
  );
  const items = rows.slice(0, query.limit).map(({ row }) => fromTable(collection, row));
  return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Deleted ones too. */
export async function findRow(
  database: Database,
  collection: Collection,
  id: string,
  known: Known = 'now',
): Promise<Stored | undefined> {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const { rows } = await database.query<{ row: TableRow }>(
    `select to_jsonb(row) as row from ${tableOf(collection, known, add)} as row where id = ${add(id)}::uuid`,
    values,
  );
  return rows[0] && fromTable(collection, rows[0].row);
}

/** All that are there, page by page; a reader that is slow holds no connection meanwhile. */
export async function* allRows(
  database: Database,
  collection: Collection,
  known: Known,
  pageSize = 500,
): AsyncGenerator<Stored> {
  for (let after: string | undefined; ; ) {
    const page = await listRows(database, collection, {
      ...{ filters: {}, includeDeleted: false, limit: pageSize },
      ...{ known, after },
    });
    yield* page.items;
    if (!page.next) return;
    after = page.next;
  }
}
