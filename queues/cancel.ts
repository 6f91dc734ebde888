import type { Pool } from 'pg';
import { type CancelWish, cancel, type WishAnswer } from '#processors/engine/cancel.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from './orchestration.ts';

export interface CancelParts {
  pool: Pool;
  pipeline: PipelineShape;
  orchestration: Pick<Orchestration, 'signal'>;
}

/**
 * Cancels an item, and rings for it where it is due: a ring that came while the row was locked found nothing. Nobody waits for
 * the ring; a lost one is the sweep's.
 */
export async function cancelAndRing(
  { pool, pipeline, orchestration }: CancelParts,
  wish: CancelWish,
): Promise<WishAnswer | undefined> {
  const answer = await cancel(pool, pipeline, wish);
  if (answer?.at.status === 'ready' && answer.at.dueAt <= wish.now)
    void orchestration.signal(signalsFor(pipeline.name, [answer.at], wish.now));
  return answer;
}
