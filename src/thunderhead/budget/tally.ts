/** How many in the last minute, near enough: this minute's and the one's before, of which the part that is not over yet. */
export interface Tally {
  minute: number;
  count: number;
  before: number;
}

const minuteMs = 60_000;

export const emptyTally = (): Tally => ({ minute: 0, count: 0, before: 0 });

export function count(tally: Tally, now: number, by = 1): void {
  turn(tally, now);
  tally.count = Math.max(0, tally.count + by);
}

export function inLastMinute(tally: Tally, now: number): number {
  const current = { ...tally };
  turn(current, now);
  return Math.round(current.count + current.before * (1 - (now % minuteMs) / minuteMs));
}

function turn(tally: Tally, now: number): void {
  const minute = Math.floor(now / minuteMs);
  if (minute <= tally.minute) return;
  tally.before = minute === tally.minute + 1 ? tally.count : 0;
  tally.count = 0;
  tally.minute = minute;
}
