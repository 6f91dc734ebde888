import type { Pool } from 'pg';
import { deleteEndedPlans } from '#admin/retriggers/retention.ts';
import { deleteFinished } from '#processors/document/retention.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { announce, recover } from '#processors/engine/recover.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { RecoveryConfig } from '#src/config/recovery.ts';
import type { Logger } from '#src/platform/log.ts';

export interface PassParts {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  /**
   * What is set going again, and deleted some day. Not the calls that tell clients: they have had their tries, and a host
   * that is gone would fill every pass.
   */
  documents: PipelineShape;
  log: Pick<Logger, 'info'>;
}

/** What a pass came to. */
export interface Pass {
  /** Set going again. */
  recovered: number;
  /** Whose next try was written into their error row. */
  announced: number;
  /** Finished requests that were deleted. */
  deleted: number;
}

/** Of one transaction. */
const stepSize = 500;
/** Of one pass: what is left then waits for the next one, and what has failed does not wait for it. */
const deletionSteps = 200;
const dayMs = 86_400_000;

/**
 * Sets going again what the rules say, and forgets what is old. Any number of passes may run at once, and any may be killed:
 * each step is a transaction, and what was not rung the sweep rings.
 */
export async function recoveryPass(
  { pool, clock, orchestration, documents, log }: PassParts,
  { rules, limit, retentionDays }: RecoveryConfig,
  stopping?: AbortSignal,
): Promise<Pass> {
  const { name: pipeline } = documents;
  const stages = documents.stages.map(({ name }) => name);
  const pass: Pass = { recovered: 0, announced: 0, deleted: 0 };
  while (pass.recovered < limit && !stopping?.aborted) {
    const now = clock.now();
    const step = Math.min(stepSize, limit - pass.recovered);
    const recovered = await recover(pool, { rules, pipeline, stages, now, limit: step });
    await orchestration.signal(signalsFor(pipeline, recovered, now));
    pass.recovered += recovered.length;
    if (recovered.length < step) break;
  }
  if (!stopping?.aborted)
    pass.announced = await announce(pool, { rules, pipeline, stages, now: clock.now(), limit: 10_000 });
  if (retentionDays) {
    const retention = () => ({
      endedBefore: new Date(clock.now().getTime() - retentionDays * dayMs),
      limit: stepSize,
    });
    pass.deleted = await inSteps(stopping, () => deleteFinished(pool, { pipeline, ...retention() }));
    await inSteps(stopping, () => deleteEndedPlans(pool, retention()));
  }
  if (pass.recovered + pass.deleted > 0) log.info(pass, 'recovery: a pass');
  return pass;
}

/** Step after step until there is nothing left, or it is enough for one pass. Answers how many in all. */
async function inSteps(stopping: AbortSignal | undefined, step: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let steps = 0; steps < deletionSteps && !stopping?.aborted; steps++) {
    const some = await step();
    all += some;
    if (some < stepSize) break;
  }
  return all;
}
