import type { Pool, PoolClient } from 'pg';
import { advance, mayStillCancel } from './advance.ts';
import type { PipelineShape } from './pipeline.ts';
import { type Progress, stateOf } from './progress.ts';
import { type ProgressColumns, progressOf } from './progress-columns.ts';
import { storable } from './settle.ts';
import { inTransaction, persistently } from './transaction.ts';

export interface CancelWish {
  id: string;
  /** Who wishes it: `client:arcade`. */
  actor: string;
  /** Why, in the words of whoever wishes it. */
  reason: string;
  now: Date;
}

export interface WishAnswer {
  /** Where the item stands now. */
  at: Progress;
  /** False: its end is known already, or nothing can stop it any more. Nothing was changed. */
  heard: boolean;
}

/**
 * Somebody wishes an item cancelled. What nobody has in hand, and what cannot have had an effect, ends at once. Otherwise
 * the wish stands on the row (`cancel_asked`), and takes effect where it can no longer race with a worker: the runner grants
 * it before the next run of a stage, and a stage whose effect is out in the world sees it in its item.
 *
 * The row lock orders the wish against claim and settlement: a worker that has the row finishes its stage, and whoever
 * claims it next sees the wish. Wishing twice is wishing once. Undefined: there is no such item.
 */
export function cancel(pool: Pool, pipeline: PipelineShape, wish: CancelWish): Promise<WishAnswer | undefined> {
  return persistently(
    () =>
      inTransaction(pool, async (transaction) => {
        const at = await locked(transaction, pipeline.name, wish.id);
        if (!at) return undefined;
        if (at.result === 'cancelled' || (at.result === null && at.cancelAsked)) return { at, heard: true };
        if (!mayStillCancel(at, pipeline)) return { at, heard: false };
        const next = at.status === 'running' ? at : advance(at, { kind: 'cancel' }, pipeline, wish.now);
        return { at: await (next === at ? remember : move)(transaction, at, next, wish), heard: true };
      }),
    { giveUpAfterMs: 2_000 },
  );
}

async function locked(transaction: PoolClient, pipeline: string, id: string): Promise<Progress | undefined> {
  const { rows } = await transaction.query<ProgressColumns>(
    'select * from progress where id = $1 and pipeline = $2 for update',
    [id, pipeline],
  );
  return rows[0] && progressOf(rows[0]);
}

/** To its end, or to what has to be undone first. */
async function move(transaction: PoolClient, at: Progress, next: Progress, wish: CancelWish): Promise<Progress> {
  await transaction.query(
    `update progress set stage = $2, status = $3, result = $4, direction = $5, attempts = $6, runs = $7, due_at = $8,
       since = $9, revision = $10, rung_at = null, ended_at = case when $3 = 'ended' then $11::timestamptz end
     where id = $1`,
    [
      ...[next.id, next.stage, next.status, next.result, next.direction, next.attempts, next.runs],
      ...[next.dueAt, next.since, next.revision, wish.now],
    ],
  );
  await transaction.query('delete from stage_error where item_id = $1', [at.id]);
  await tell(transaction, at, next, `cancelled: ${wish.reason}`, wish);
  return next;
}

/** What waits for a later time is looked at now: the stage may be able to stop what it began. */
async function remember(transaction: PoolClient, at: Progress, _next: Progress, wish: CancelWish): Promise<Progress> {
  const dueAt = at.status === 'ready' && at.dueAt > wish.now ? wish.now : at.dueAt;
  await transaction.query('update progress set cancel_asked = true, due_at = $2, rung_at = null where id = $1', [
    at.id,
    dueAt,
  ]);
  await tell(transaction, at, at, `to be cancelled: ${wish.reason}`, wish);
  return { ...at, dueAt, cancelAsked: true };
}

async function tell(
  transaction: PoolClient,
  from: Progress,
  to: Progress,
  reason: string,
  { actor, now, ...wish }: CancelWish,
): Promise<void> {
  await transaction.query(
    `with wished as (
       insert into cancellation (item_id, round, actor, reason, asked_at) values ($1, $7, $5, $8, $6))
     insert into history (item_id, from_state, to_state, stage, reason, actor, at) values ($1, $2, $3, $2, $4, $5, $6)`,
    [from.id, stateOf(from), stateOf(to), storable(reason), actor, now, from.round, storable(wish.reason)],
  );
}
