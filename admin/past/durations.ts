/**
 * How many took how long, in steps that each reach eight percent further than the one before: percentiles of several
 * periods together are read off the sum of their steps, because percentiles themselves cannot be added up.
 */
export const growth = 1.08;

export function together(parts: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> {
  const sum = new Map<number, number>();
  for (const part of parts) for (const [step, count] of part) sum.set(step, (sum.get(step) ?? 0) + count);
  return sum;
}

export const countOf = (steps: ReadonlyMap<number, number>): number =>
  [...steps.values()].reduce((sum, count) => sum + count, 0);

/** Milliseconds, to four percent: the middle of the step in which the percentile lies. There must be something to read. */
export function percentile(steps: ReadonlyMap<number, number>, percent: number): number {
  const sorted = [...steps].sort(([a], [b]) => a - b);
  let left = Math.max(1, Math.ceil((countOf(steps) * percent) / 100));
  for (const [step, count] of sorted) {
    left -= count;
    if (left <= 0) return Math.round(growth ** (step + 0.5));
  }
  return 0;
}
