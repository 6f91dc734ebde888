import type { Pool, PoolClient } from 'pg';
import { retrigger } from './advance.ts';
import type { Progress } from './progress.ts';
import { type ProgressColumns, progressOf } from './progress-columns.ts';
import { inTransaction } from './transaction.ts';

/**
 * Sets failed items going again, from the stage their error row names. Answers where they stand now; an id that is
 * missing from the answer was not failed (any more), or somebody else has it in hand in this moment.
 */
export function reopen(
  pool: Pool,
  ids: readonly string[],
  { actor, reason, now }: { actor: string; reason: string; now: Date },
): Promise<Progress[]> {
  return inTransaction(pool, async (transaction) => {
    const { rows } = await transaction.query<ProgressColumns & { resume_at: string }>(
      `select p.*, e.resume_at from progress p
       join lateral (select resume_at from stage_error where item_id = p.id
         order by last_failed_at desc, stage desc limit 1) e on true
       where p.id = any($1::uuid[]) and p.status = 'ended' order by p.id for update of p skip locked`,
      [ids],
    );
    const failed = rows.map((row) => ({ from: progressOf(row), resumeAt: row.resume_at, reason }));
    return setGoing(transaction, failed, { actor, now });
  });
}

interface Failed {
  from: Progress;
  resumeAt: string;
  reason: string;
}

/**
 * The rows must be locked, or two could set the same item going. What has ended well is left alone. A time that was announced
 * for what is under way now is not true any more.
 */
export async function setGoing(
  transaction: PoolClient,
  failed: readonly Failed[],
  { actor, now }: { actor: string; now: Date },
): Promise<Progress[]> {
  const reopened = failed.flatMap(({ from, resumeAt, reason }) => {
    const to = retrigger(from, resumeAt, now);
    return to ? [{ from, to, reason }] : [];
  });
  await transaction.query(
    `with moved as (
       update progress p set stage = i.stage, status = 'ready', result = null, attempts = 0, runs = 0, round = i.round,
         due_at = $4, since = $4, cancel_asked = false, revision = p.revision + 1, rung_at = null, ended_at = null
       from unnest($1::uuid[], $2::text[], $3::int[]) as i (id, stage, round) where p.id = i.id)
     insert into history (item_id, from_state, to_state, stage, reason, actor, at)
     select id, from_state, stage, stage, reason, $7, $4
     from unnest($1::uuid[], $2::text[], $5::text[], $6::text[]) as i (id, stage, from_state, reason)`,
    [
      reopened.map(({ to }) => to.id),
      reopened.map(({ to }) => to.stage),
      reopened.map(({ to }) => to.round),
      now,
      reopened.map(({ from }) => from.result),
      reopened.map(({ reason }) => reason),
      actor,
    ],
  );
  await transaction.query(
    'update stage_error set next_retry_at = null where item_id = any($1::uuid[]) and next_retry_at is not null',
    [reopened.map(({ to }) => to.id)],
  );
  return reopened.map(({ to }) => to);
}
