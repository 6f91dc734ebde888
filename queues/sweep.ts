import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { overdue, unring } from '#processors/engine/overdue.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import type { Orchestration, RingLog } from './orchestration.ts';

export interface SweepOptions {
  pool: Pool;
  clock: Clock;
  pipelines: readonly string[];
  orchestration: Pick<Orchestration, 'signal' | 'inLineSince'>;
  /** What is paused is not rung: whoever ends the pause rings for all of it. */
  paused?: Pick<PausedStages, 'of'>;
  intervalMs: number;
  /** How long a due document may wait before its ring counts as lost. */
  graceMs: number;
  log: RingLog;
  /** Told what went out. */
  rang?: ((pipeline: string, items: readonly { stage: string }[]) => void) | undefined;
}

/** Rung at most this many in one statement; the rest at once afterwards. */
const limit = 5_000;

/**
 * Rings whatever is due and has no ring any more: a lost job, a dead worker, an emptied Redis. Any number of sweeps may run;
 * the whole content of every queue can be thrown away at any moment. What only waits in a long queue is left alone, or a
 * night without workers would fill the queue with rings.
 */
export function startSweep(options: SweepOptions): Sweep {
  const { intervalMs, log } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      turn = sweepOnce(options)
        .then((rung) => {
          if (rung > 0) log.warn({ rung }, 'sweep: rang documents whose ring was lost or whose worker died');
        })
        .catch((error) => log.warn({ err: error }, 'sweep: could not look for lost rings, will try again'))
        .finally(next);
    }, intervalMs);
  };
  next();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

export type Sweep = AsyncDisposable;

/** One turn; answers how many items were rung. */
export async function sweepOnce({
  pool,
  clock,
  pipelines,
  orchestration,
  paused,
  graceMs,
  rang,
}: SweepOptions): Promise<number> {
  let rung = 0;
  for (const pipeline of pipelines) {
    const inLineSince = await orchestration.inLineSince(pipeline);
    for (let after: string | undefined; ; ) {
      const now = clock.now();
      const lost = await overdue(pool, {
        ...{ pipeline, inLineSince, now, graceMs, after, limit },
        ...(paused && { paused: paused.of(pipeline) }),
      });
      if (!(await orchestration.signal(signalsFor(pipeline, lost, now)))) {
        // They count as unrung, so that they go as soon as the queue is back.
        await unring(pool, lost);
        return rung;
      }
      rung += lost.length;
      rang?.(pipeline, lost);
      if (lost.length < limit) break;
      after = lost.at(-1)?.id;
    }
  }
  return rung;
}
