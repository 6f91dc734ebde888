import type { Pool } from 'pg';
import { type Due, type DueColumns, dueOf } from './due.ts';
import { persistently } from './transaction.ts';
import { nilUuid } from './uuid.ts';

/** Rung together: few enough for one statement that holds no lock for long. */
const pageSize = 2_000;

/**
 * All that is in flight in a pipeline, page by page, oldest first; marked as rung, so that the sweep does not ring it once
 * more while it waits. A row that is locked is passed over: whoever moves it in this moment rings for it afterwards.
 */
export async function* inFlight(
  pool: Pool,
  { pipeline, now }: { pipeline: string; now: () => Date },
): AsyncGenerator<Due[], void, void> {
  for (let after = nilUuid; ; ) {
    const { rows } = await persistently(() =>
      pool.query<DueColumns>(
        `with page as (
           select id from progress where ended_at is null and pipeline = $1 and id > $2
           order by id limit $3 for update skip locked),
         marked as (
           update progress p set rung_at = $4 from page where p.id = page.id returning p.id, p.stage, p.due_at, p.priority)
         select * from marked order by id`,
        [pipeline, after, pageSize, now()],
      ),
    );
    if (rows.length > 0) yield rows.map(dueOf);
    const last = rows.at(pageSize - 1);
    if (!last) return;
    after = last.id;
  }
}

export async function inFlightCount(pool: Pool, pipelines: readonly { name: string }[]): Promise<number> {
  const { rows } = await pool.query<{ items: number }>(
    'select count(*)::int as items from progress where ended_at is null and pipeline = any($1::text[])',
    [pipelines.map(({ name }) => name)],
  );
  return rows[0]?.items ?? 0;
}
