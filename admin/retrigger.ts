import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { reopen } from '#processors/engine/reopen.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from '#queues/orchestration.ts';

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
