import type { QueueMetrics } from '@bull-board/api/typings/app';
import { KnownPeriods, type KnownPeriodsParts } from './known-periods.ts';
import type { PeriodStatistics } from './period-query.ts';

/** What a stage has done, minute by minute, in the form in which BullMQ tells it of a queue. */
export type LastHour = (stage: string, what: 'completed' | 'failed') => Promise<QueueMetrics>;

const minuteMs = 60_000;
const minutes = 60;

export function lastHour(parts: KnownPeriodsParts): LastHour {
  const known = new KnownPeriods(parts);
  return async (stage, what) => {
    const now = parts.clock.now().getTime();
    const current = Math.floor(now / minuteMs) * minuteMs;
    const stretches = Array.from({ length: minutes }, (_, index) => {
      const from = current - (minutes - 1 - index) * minuteMs;
      return [{ from: new Date(from), to: new Date(from + minuteMs) }];
    });
    const answers = await known.of(stretches);
    const [count = 0, ...before] = answers.map((parts) => countIn(parts?.[0], stage, what)).toReversed();
    // The newest first; the minute that is not over is the difference of the first two counts.
    return { meta: { count, prevTS: now, prevCount: 0 }, data: before, count: before.length };
  };
}

/** What is not known is no number, which JSON writes as null: the chart has a gap there, and does not say that nothing was done. */
const countIn = (minute: PeriodStatistics | undefined, stage: string, what: 'completed' | 'failed'): number =>
  minute ? (minute.counts.get(stage)?.[what] ?? 0) : Number.NaN;
