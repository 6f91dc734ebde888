import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { reopen } from '#processors/engine/reopen.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import { failedUntil } from './stages/queries.ts';

export interface RetriggerParts {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
}

export interface Retrigger {
  pipeline: string;
  actor: string;
  reason: string;
}

/** Few enough for one transaction that holds no lock for long. */
const batchSize = 500;

/** Sets failed documents going again and rings. Answers where they stand now; who is missing was not failed (any more). */
export async function retrigger(
  { pool, clock, orchestration }: RetriggerParts,
  ids: readonly string[],
  { pipeline, actor, reason }: Retrigger,
): Promise<Progress[]> {
  const now = clock.now();
  const reopened = await reopen(pool, ids, { actor, reason, now });
  await orchestration.signal(signalsFor(pipeline, reopened, now));
  return reopened;
}

/**
 * Everything that has failed at a stage until now, but for what was rejected; answers how many. What fails again while
 * this is under way is not set going a second time, or a cause that is still there would keep it busy for ever.
 */
export async function retriggerStage(
  parts: RetriggerParts,
  { stage, always }: { stage: string; always: string },
  wish: Retrigger,
): Promise<number> {
  const until = parts.clock.now();
  let retriggered = 0;
  let after: { id: string; at: Date } | undefined;
  for (;;) {
    const failed = await failedUntil(
      parts.pool,
      { pipeline: wish.pipeline, stage, always },
      { until, after, limit: batchSize },
    );
    const ids = failed.map(({ id }) => id);
    if (ids.length > 0) retriggered += (await retrigger(parts, ids, wish)).length;
    if (failed.length < batchSize) return retriggered;
    after = failed.at(-1);
  }
}
