import type { Line } from './state.ts';

/**
 * Who cannot be granted a call is told when to come back. A line gives out times one call apart, and the same time to
 * those who together fill one call, so that they come back together and share it.
 *
 * Nobody is told to come back later than in ten minutes: by then the settings, or who else waits, may be different. A
 * line that is longer goes over the last five of them again and again, so that those who wait for more than ten minutes
 * ask once in five to ten. At 100 calls a minute of 50 documents, 50,000 documents wait for less.
 */
export const longestMs = 600_000;

/** Below this nobody is told to come back: it would be a busy loop. */
const shortestMs = 10;

export interface Telling {
  now: number;
  /** Nobody is to come before: the end of a pause. */
  from: number;
  /** The first one may come so long after it. */
  firstMs: number;
  /** From one call to the next. */
  intervalMs: number;
  fill: number;
}

/** The time at which to come back. */
export function tell(line: Line, { now, from, firstMs, intervalMs, fill }: Telling): number {
  const start = Math.max(now, from);
  if (line.at <= start) {
    line.at = start + Math.max(shortestMs, firstMs);
    line.filled = fill;
  } else {
    line.filled += fill;
    if (line.filled > 1 + 1e-9) {
      line.filled -= 1;
      line.at += intervalMs;
    }
  }
  const beyond = line.at - (now + longestMs);
  if (beyond > 0) line.at -= Math.ceil(beyond / (longestMs / 2)) * (longestMs / 2);
  return line.at;
}
