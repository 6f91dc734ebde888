import { Problem } from '#src/api/problem.ts';
import { type Bind, statement } from '#src/platform/statement.ts';
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
  const { rows } = await database.query<{ row: TableRow }>(statement((bind) => pageOf(collection, query, bind)));
  const items = rows.slice(0, query.limit).map(({ row }) => fromTable(collection, row));
  return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

function pageOf(collection: Collection, query: ListQuery, bind: Bind): string {
  const source = tableOf(collection, query.known, bind);
  const columns = columnsOf(collection);
  const order = [...collection.key.map((field) => columns[field]), 'effective_from', 'id'].join(', ');
  const conditions = Object.entries(query.filters).map(([field, value]) => `${columns[field]} = ${bind(value)}`);
  if (!query.includeDeleted) conditions.push('deleted_at is null');
  if (query.at) {
    const on = bind(query.at.toISOString().slice(0, 10));
    conditions.push(`effective_from <= ${on}::date and ${on}::date < effective_to`);
  }
  if (query.after)
    conditions.push(`(${order}) > (select ${order} from ${source} as last where id = ${bind(query.after)}::uuid)`);
  return `select to_jsonb(row) as row from ${source} as row where ${conditions.join(' and ') || 'true'}
    order by ${order} limit ${bind(query.limit + 1)}`;
}

/** Deleted ones too. */
export async function findRow(
  database: Database,
  collection: Collection,
  id: string,
  known: Known = 'now',
): Promise<Stored | undefined> {
  const { rows } = await database.query<{ row: TableRow }>(
    statement(
      (bind) =>
        `select to_jsonb(row) as row from ${tableOf(collection, known, bind)} as row where id = ${bind(id)}::uuid`,
    ),
  );
  return rows[0] && fromTable(collection, rows[0].row);
}

/** What to throw for a row that is not there; `deleted`: the row that was. */
export const rowNotFound = ({ noun }: Collection, id: string, deleted: Stored | undefined): Problem =>
  new Problem('OMS_REFERENCE_NOT_FOUND', `there is no ${noun} ${id}${deleted ? ' any more' : ''}`);

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
