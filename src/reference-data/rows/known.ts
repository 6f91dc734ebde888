import type { Pool, PoolClient } from 'pg';
import type { Bind } from '#src/platform/statement.ts';
import type { Collection } from '../collections/collection.ts';

/** The pool, or the connection of a transaction. */
export type Database = Pool | PoolClient;

/**
 * What was known: the rows as they are, or as they were after a certain change. With `at` beside it a list tells two
 * times apart: when a row applies, and when we knew of it. Yesterday's request is explained by yesterday's rows,
 * whatever was corrected since.
 */
export type Known = { change: string } | 'now';

/** The last change up to a moment; later ones were not known then. */
export async function knownAt(database: Database, moment: Date): Promise<Known> {
  const { rows } = await database.query<{ change: string }>(
    'select coalesce(max(id), 0) as change from reference_change where at <= $1',
    [moment],
  );
  return { change: (rows[0] as { change: string }).change };
}

/** The last change of all: what is read up to it stays the same, however long the reading takes. */
export async function knownNow(database: Database): Promise<Known> {
  const { rows } = await database.query<{ change: string }>(
    'select coalesce(max(id), 0) as change from reference_change',
  );
  return { change: (rows[0] as { change: string }).change };
}

/** The table, or what it was, as something to select from. */
export const tableOf = ({ table }: Collection, known: Known, bind: Bind): string =>
  known === 'now'
    ? table
    : `(select (jsonb_populate_record(null::${table}, after)).* from (
        select distinct on (row_id) after from reference_change
        where collection = '${table}' and id <= ${bind(known.change)} order by row_id, id desc) as changed
      where after is not null)`;
