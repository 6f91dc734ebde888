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
  pipeline: string;
  /** Where this version can set something going. */
  stages: readonly string[];
  now: Date;
  limit: number;
}

/**
 * The error rows `e` that a rule `r` covers, with their items `p`. It is the newest row of an item that says why it
 * failed. What was rejected has its answer; and who wished an item cancelled did not wish to see it again.
 */
const covered = `from stage_error e
  join progress p on p.id = e.item_id and p.status = 'ended' and p.ended_as = 'failed' and not p.cancel_asked
  join unnest($1::text[], $2::int[], $3::int8[]) as r (category, times, every_ms)
    on e.category = r.category and e.recoveries < r.times
  where e.pipeline = $4 and e.resume_at = any($5::text[]) and not exists (
    select from stage_error newer
    where newer.item_id = e.item_id and (newer.last_failed_at, newer.stage) > (e.last_failed_at, e.stage))`;
const due = `e.last_failed_at + r.every_ms * interval '1 millisecond'`;

const coverage = ({ rules, pipeline, stages }: Recovery): unknown[] => [
  rules.map(({ category }) => category),
  rules.map(({ times }) => times),
  rules.map(({ everyMs }) => everyMs),
  pipeline,
  stages,
];

/**
 * Sets going again what is due, the oldest failure first. Any number may do so at once: what another has in hand is
 * passed over, and both rows are locked, so that one that was set going and has failed again meanwhile is seen as it is.
 */
export const recover = (pool: Pool, recovery: Recovery): Promise<Progress[]> =>
  persistently(() =>
    inTransaction(pool, async (transaction) => {
      const { rows } = await transaction.query<DueColumns>(
        `select p.*, e.stage as failed_at, e.resume_at, e.code, e.recoveries, r.times ${covered}
         and ${due} <= $6 order by e.last_failed_at limit $7 for update of p, e skip locked`,
        [...coverage(recovery), recovery.now, recovery.limit],
      );
      const failed = rows.map((row) => ({
        from: progressOf(row),
        resumeAt: row.resume_at,
        reason: `recovery: try ${row.recoveries + 1} of ${row.times} after ${row.code}`,
      }));
      const reopened = await setGoing(transaction, failed, { actor: 'recovery', now: recovery.now });
      await transaction.query(
        `update stage_error e set recoveries = recoveries + 1
         from unnest($1::uuid[], $2::text[]) as r (id, stage) where e.item_id = r.id and e.stage = r.stage`,
        [rows.map(({ id }) => id), rows.map(({ failed_at }) => failed_at)],
      );
      return reopened;
    }),
  );

interface DueColumns extends ProgressColumns {
  failed_at: string;
  resume_at: string;
  code: string;
  recoveries: number;
  times: number;
}

/**
 * Writes into the error rows of what has failed when it will be set going again, and takes back what does not hold any more.
 * That is for people to read: `recover` asks the rules and not this. Answers how many rows were changed.
 */
export async function announce(pool: Pool, recovery: Recovery): Promise<number> {
  const [announced, withdrawn] = await persistently(() =>
    Promise.all([
      pool.query(
        `with wanted as (
           select e.item_id, e.stage, ${due} as at ${covered} and e.next_retry_at is distinct from ${due}
           order by e.item_id limit $6 for update of e skip locked)
         update stage_error e set next_retry_at = w.at from wanted w where e.item_id = w.item_id and e.stage = w.stage`,
        [...coverage(recovery), recovery.limit],
      ),
      // Whatever the reason: other rules, another failure since, set going by hand. What is tried again by itself, where it
      // has just failed, has its time from whoever settled that; a row that was settled since we looked is left alone.
      pool.query(
        `with unfounded as (
           select e.item_id, e.stage, e.next_retry_at from stage_error e join progress p on p.id = e.item_id
           where e.next_retry_at is not null
             and not (p.ended_at is null and p.stage = e.stage and p.attempts > 0)
             and (e.item_id, e.stage) not in (select e.item_id, e.stage ${covered})
           order by e.item_id limit $6),
         ours as (
           select e.item_id, e.stage from stage_error e join unfounded u
             on e.item_id = u.item_id and e.stage = u.stage and e.next_retry_at = u.next_retry_at
           for update of e skip locked)
         update stage_error e set next_retry_at = null from ours o where e.item_id = o.item_id and e.stage = o.stage`,
        [...coverage(recovery), recovery.limit],
      ),
    ]),
  );
  return (announced.rowCount ?? 0) + (withdrawn.rowCount ?? 0);
}
