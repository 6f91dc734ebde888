import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { isTimeout, readOnly } from '#processors/engine/read-only.ts';
import { SharedAnswer } from '#processors/engine/shared-answer.ts';
import { within } from '#processors/engine/within.ts';
import { askPeriod, type Period, type PeriodStatistics, type ShownStages } from './period-query.ts';

export interface KnownPeriodsParts {
  pool: Pool;
  clock: Clock;
  shown: ShownStages;
  /** How much of one connection's time may go into asking again for a period that is not over; 1 asks at every look. */
  share?: number | undefined;
}

const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** A look at the charts takes no longer; what is not known by then is known at one of the next, which come by themselves. */
const lookMs = 2_500;
/** A single period takes no longer, or stays unknown for a while. */
const timeoutMs = 3_000;
const unknownForMs = 600_000;
/** What happened at its end may be written a little later. */
const settledAfterMs = 60_000;
const mostKept = 2_000;
/** A period that is not over is asked for again no sooner than this. */
const leastMs = 5_000;

/** The past does not change: a period that is over is asked for once, and then known for as long as the process lives. */
export class KnownPeriods {
  readonly #parts: KnownPeriodsParts;
  readonly #kept = new Map<string, SharedAnswer<PeriodStatistics | undefined>>();
  /** Days that took too long as a whole. */
  readonly #long = new Set<number>();

  constructor(parts: KnownPeriodsParts) {
    this.#parts = parts;
  }

  /** Of each stretch what is known of it, the newest first in line; undefined where that is not all. Takes a moment at the most. */
  async of(stretches: readonly (readonly Period[])[]): Promise<(PeriodStatistics[] | undefined)[]> {
    const deadline = performance.now() + lookMs;
    const known: (PeriodStatistics[] | undefined)[] = [];
    for (const periods of stretches.toReversed()) {
      const answers: PeriodStatistics[] = [];
      for (const period of periods) {
        const left = deadline - performance.now();
        if (left <= 0) break;
        const answer = await within(left, 'the tables', this.#one(period)).catch(() => undefined);
        if (answer) answers.push(answer);
      }
      known.unshift(answers.length === periods.length ? answers : undefined);
    }
    return known;
  }

  /**
   * A day that is over as a whole, unless that takes too long; one that is not by its hours, of which only the last is asked
   * for again and again.
   */
  partsOf({ from, to }: Period): Period[] {
    const now = this.#parts.clock.now().getTime();
    const asWhole = to.getTime() - from.getTime() <= hourMs || !this.#long.has(from.getTime());
    if (to.getTime() + settledAfterMs <= now && asWhole) return [{ from, to }];
    const parts: Period[] = [];
    for (let at = from.getTime(); at < Math.min(to.getTime(), now + 1); at += hourMs)
      parts.push({ from: new Date(at), to: new Date(at + hourMs) });
    return parts;
  }

  #one(period: Period): Promise<PeriodStatistics | undefined> {
    const { share = 0.02 } = this.#parts;
    const key = `${period.from.getTime()} ${period.to.getTime()}`;
    const kept =
      this.#kept.get(key) ??
      new SharedAnswer((keepFor) => this.#ask(period, keepFor), { share, leastMs: share < 1 ? leastMs : 0 });
    // Whatever was looked at last is forgotten last.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return kept.read();
  }

  async #ask(period: Period, keepFor: (ms: number) => void): Promise<PeriodStatistics | undefined> {
    const { pool, clock, shown } = this.#parts;
    const isOver = period.to.getTime() + settledAfterMs <= clock.now().getTime();
    try {
      const statistics = await readOnly(pool, (client) => askPeriod(client, period, shown), timeoutMs);
      if (isOver) keepFor(Number.POSITIVE_INFINITY);
      return statistics;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      this.#long.add(period.from.getTime());
      keepFor(unknownForMs);
      return undefined;
    }
  }
}
