import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { inFlight, inFlightCount } from '#processors/engine/in-flight.ts';
import { unring } from '#processors/engine/overdue.ts';
import { chunks, type Signal, signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration } from './orchestration.ts';

export interface RebuildParts {
  pool: Pool;
  clock: Clock;
  pipelines: readonly { name: string }[];
  orchestration: Pick<Orchestration, 'signal'>;
  /** Throws away what waits in the queues; answers how much it was. */
  empty(): Promise<number>;
  /** Before each further try of what the queues did not take. Milliseconds. */
  pausesMs?: readonly number[];
}

/** Rung together: what is due at as many times is as many jobs, and all of them must be in the queue in a moment. */
const signalsAtOnce = 250;

/**
 * Throws the queues away and makes them anew from the rows. Workers may go on meanwhile: a ring too many changes nothing.
 *
 * @throws Error when the queue takes no more for a while; what was not rung until then the sweep rings, or the next rebuild.
 */
export async function rebuildQueues(parts: RebuildParts): Promise<{ thrownAway: number; rung: number }> {
  const { pool, clock, pipelines, empty } = parts;
  const thrownAway = await empty();
  let rung = 0;
  for (const { name } of pipelines)
    for await (const page of inFlight(pool, { pipeline: name, now: clock.now })) {
      if (!(await ring(signalsFor(name, page, clock.now()), parts))) {
        await unring(pool, page);
        const left = Math.max(0, (await inFlightCount(pool, pipelines)) - rung);
        throw new Error(
          `the queues took no more rings after ${rung}; ${left} are left to the sweep, unless it is run again`,
        );
      }
      rung += page.length;
    }
  return { thrownAway, rung };
}

/** False: the queues did not take it, however often they were asked. */
async function ring(
  signals: readonly Signal[],
  { orchestration, pausesMs = [500, 1_000, 2_000, 4_000] }: RebuildParts,
): Promise<boolean> {
  for (const part of chunks(signals, signalsAtOnce)) {
    let taken = await orchestration.signal(part);
    for (const pauseMs of pausesMs) {
      if (taken) break;
      await delay(pauseMs);
      taken = await orchestration.signal(part);
    }
    if (!taken) return false;
  }
  return true;
}
