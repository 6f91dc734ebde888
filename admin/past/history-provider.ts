import type { MetricsHistoryProvider } from '@bull-board/api/typings/app';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { countOf, percentile, together } from './durations.ts';
import { dayMs, KnownPeriods } from './known-periods.ts';
import { type Period, type PeriodStatistics, type ShownStages, whole } from './period-query.ts';

export interface HistoryProviderParts extends ShownStages {
  pool: Pool;
  clock: Clock;
  /** The stage that a queue of the board shows; undefined for one that shows none. */
  stageOf(queue: string): string | undefined;
  share?: number | undefined;
}

const lengths = { hour: dayMs / 24, day: dayMs };
/** Bull Board asks for ninety days; whoever asks for more gets the newest. */
const mostPoints = 400;

interface Asked {
  queue?: string;
  from: number;
  to: number;
}

/**
 * What the board shows of the past, from our own history: how many got past a stage or failed there, and how long they were
 * at it. Without a queue it is about the documents as such. How long something waited for its worker is not written down, so
 * there is no `waittime`.
 */
export function historyProvider({ pool, clock, stages, always, stageOf, share }: HistoryProviderParts) {
  const known = new KnownPeriods({ pool, clock, shown: { stages, always }, share });

  /** Undefined: the board's queue is not about documents. */
  const placeOf = ({ queue }: Asked): string | undefined => (queue === undefined ? whole : stageOf(queue));

  const buckets = async ({ from, to }: Asked, lengthMs: number): Promise<Period[]> => {
    const { rows } = await pool.query<{ at: Date }>('select at from history order by id limit 1');
    const oldest = rows[0]?.at.getTime() ?? Number.POSITIVE_INFINITY;
    const end = Math.min(to, clock.now().getTime());
    const first = Math.floor(Math.max(from, oldest, end - mostPoints * lengthMs) / lengthMs) * lengthMs;
    const periods: Period[] = [];
    for (let at = first; at <= end; at += lengthMs) periods.push({ from: new Date(at), to: new Date(at + lengthMs) });
    return periods;
  };

  const read = async (asked: Asked, lengthMs: number): Promise<{ ts: number; parts: PeriodStatistics[] }[]> => {
    const periods = await buckets(asked, lengthMs);
    const answers = await known.of(periods.map((period) => known.partsOf(period)));
    return periods.flatMap(({ from }, index) => {
      const parts = answers[index];
      return parts ? [{ ts: from.getTime(), parts }] : [];
    });
  };

  return {
    async getHistory({ metric, granularity, ...asked }) {
      const place = placeOf(asked);
      if (place === undefined || metric === 'queueage') return [];
      const points = await read(asked, lengths[granularity]);
      return points.map(({ ts, parts }) => ({
        ts,
        value: parts.reduce((sum, { counts }) => sum + (counts.get(place)?.[metric] ?? 0), 0),
      }));
    },

    async getLatency({ metric, granularity, percentiles, ...asked }) {
      const place = placeOf(asked);
      if (place === undefined || metric === 'waittime') return [];
      const points = await read(asked, granularity === 'hour' ? lengths.hour : lengths.day);
      const groups =
        granularity === 'range' ? [{ ts: asked.from, parts: points.flatMap(({ parts }) => parts) }] : points;
      return groups.flatMap(({ ts, parts }) => {
        const steps = together(parts.flatMap(({ durations }) => durations.get(place) ?? []));
        const count = countOf(steps);
        if (count === 0) return [];
        const values = percentiles.map((percent) => [String(percent), percentile(steps, percent)] as const);
        return [{ ts, count, values: Object.fromEntries(values) }];
      });
    },
  } satisfies MetricsHistoryProvider;
}
