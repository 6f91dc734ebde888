import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { inFlight } from '#processors/engine/in-flight.ts';
import { unring } from '#processors/engine/overdue.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from './orchestration.ts';

export interface RebuildParts {
  pool: Pool;
  clock: Clock;
  pipelines: readonly { name: string }[];
  orchestration: Pick<Orchestration, 'signal'>;
  /** Throws away what waits in the queues; answers how much it was. */
  empty(): Promise<number>;
}

/**
 * Throws the queues away and makes them anew from the rows. Workers may go on meanwhile: a ring too many changes nothing.
 *
 * @throws Error when the queue takes no more; what was not rung until then the sweep rings, or the next rebuild.
 */
export async function rebuildQueues(parts: RebuildParts): Promise<{ thrownAway: number; rung: number }> {
  const { pool, clock, pipelines, orchestration, empty } = parts;
  const thrownAway = await empty();
  let rung = 0;
  for (const { name } of pipelines)
    for await (const page of inFlight(pool, { pipeline: name, now: clock.now })) {
      if (!(await orchestration.signal(signalsFor(name, page, clock.now())))) {
        await unring(pool, page);
        throw new Error(`the queues took no more rings after ${rung}; run it again, or leave the rest to the sweep`);
      }
      rung += page.length;
    }
  return { thrownAway, rung };
}
