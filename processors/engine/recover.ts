import type { Pool } from 'pg';
import type { Progress } from './progress.ts';
import { type ProgressColumns, progressOf } from './progress-columns.ts';
import { setGoing } from './reopen.ts';
import { inTransaction, persistently } from './transaction.ts';

/** How failures of a category are set going again by themselves. A category without a rule waits for an operator. */
export interface RecoveryRule {
  category: string;
  times: number;
  everyMs: number;
}

export interface Recovery {
  rules: readonly RecoveryRule[];
  /** `document/poll`: where this version can set something going. */
  stages: readonly string[];
  now: Date;
  limit: number;
}

export type Recovered = Progress & { pipeline: string };

/**
 * The error rows `e` that a rule `r` covers, with their items `p`. It is the newest row of an item that says why it
 * failed. What was rejected has its answer; and who wished an item cancelled did not wish to see it again.
 */
const covered = `from stage_error e
  join progress p on p.id = e.item_id and p.status = 'ended' and p.ended_as = 'failed' and not p.cancel_asked
  join unnest($1::text[], $2::int[], $3::int8[]) as r (category, times, every_ms)
    on e.category = r.category and e.recoveries < r.times
  where e.pipeline || '/' || e.resume_at = any($4::text[]) and not exists (
    select from stage_error newer
    where newer.item_id = e.item_id and (newer.last_failed_at, newer.stage) > (e.last_failed_at, e.stage))`;
const due = `e.last_failed_at + r.every_ms * interval '1 millisecond'`;

const coverage = ({ rules, stages }: Recovery): unknown[] => [
  rules.map(({ category }) => category),
  rules.map(({ times }) => times),
  rules.map(({ everyMs }) => everyMs),
  stages,
];

/**
 * Sets going again what is due, the oldest failure first. Any number may do so at once: what another has in hand is
 * passed over, and both rows are locked, so that one that was set going and has failed again meanwhile is seen as it is.
 */
export const recover = (pool: Pool, recovery: Recovery): Promise<Recovered[]> =>
  persistently(() =>
    inTransaction(pool, async (transaction) => {
      const { rows } = await transaction.query<DueColumns>(
        `select p.*, e.stage as failed_at, e.resume_at, e.code, e.recoveries, r.times ${covered}
         and ${due} <= $5 order by e.last_failed_at limit $6 for update of p, e skip locked`,
        [...coverage(recovery), recovery.now, recovery.limit],
      );
      const failed = rows.map((row) => ({
        from: progressOf(row),
        resumeAt: row.resume_at,
        reason: `recovery: try ${row.recoveries + 1} of ${row.times} after ${row.code}`,
      }));
      const reopened = await setGoing(transaction, failed, { actor: 'recovery', now: recovery.now });
      await transaction.query(
        `update stage_error e set recoveries = recoveries + 1, next_retry_at = null
         from unnest($1::uuid[], $2::text[]) as r (id, stage) where e.item_id = r.id and e.stage = r.stage`,
        [rows.map(({ id }) => id), rows.map(({ failed_at }) => failed_at)],
      );
      const pipelines = new Map(rows.map(({ id, pipeline }) => [id, pipeline]));
      return reopened.map((at) => ({ ...at, pipeline: pipelines.get(at.id) as string }));
    }),
  );

interface DueColumns extends ProgressColumns {
  pipeline: string;
  failed_at: string;
  resume_at: string;
  code: string;
  recoveries: number;
  times: number;
}

/**
 * Writes into the error rows of what has failed when it will be set going again. That is for people to read: `recover`
 * asks the rules and not this. Answers how many rows were changed.
 */
export async function announce(pool: Pool, recovery: Recovery): Promise<number> {
  const [announced, withdrawn] = await persistently(() =>
    Promise.all([
      pool.query(
        `with wanted as (
           select e.item_id, e.stage, ${due} as at ${covered} and e.next_retry_at is distinct from ${due}
           order by e.item_id limit $5 for update of e skip locked)
         update stage_error e set next_retry_at = w.at from wanted w where e.item_id = w.item_id and e.stage = w.stage`,
        [...coverage(recovery), recovery.limit],
      ),
      // By rules that were others, when it was announced.
      pool.query(
        `with unfounded as (
           select e.item_id, e.stage from stage_error e join progress p on p.id = e.item_id and p.ended_as = 'failed'
           left join unnest($1::text[], $2::int[]) as r (category, times) on e.category = r.category and e.recoveries < r.times
           where e.next_retry_at is not null and r.category is null
           order by e.item_id limit $3 for update of e skip locked)
         update stage_error e set next_retry_at = null from unfounded u where e.item_id = u.item_id and e.stage = u.stage`,
        [...coverage(recovery).slice(0, 2), recovery.limit],
      ),
    ]),
  );
  return (announced.rowCount ?? 0) + (withdrawn.rowCount ?? 0);
}
