import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { dueAt } from '#processors/engine/due.ts';
import { knownEverywhereMs, type PausedStages } from '#processors/engine/paused-stages.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from '#queues/orchestration.ts';

/** How stages are made to stand still, and to go on. */
export interface StagePauses extends PausedStages {
  /** Known to every process within two seconds. @throws while the database is away */
  set(pipeline: string, stages: readonly string[], paused: boolean, actor: string): Promise<void>;
}

export interface ResumeParts {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  pauses: StagePauses;
}

/**
 * Lets the stages go on, and rings for what is due there: its own rings came while nobody listened. These come when every
 * process knows, or one that does not yet would drop them too, and the documents would wait for the sweep.
 */
export async function resumeStages(
  { pool, clock, orchestration, pauses }: ResumeParts,
  { pipeline, stages, actor }: { pipeline: string; stages: readonly string[]; actor: string },
): Promise<number> {
  await pauses.set(pipeline, stages, false, actor);
  const now = clock.now();
  const heardAt = new Date(now.getTime() + knownEverywhereMs);
  let rung = 0;
  for (const stage of stages)
    for await (const due of dueAt(pool, { pipeline, stage, now })) {
      const rings = due.map((item) => ({ ...item, dueAt: heardAt }));
      if (await orchestration.signal(signalsFor(pipeline, rings, now))) rung += due.length;
    }
  return rung;
}
