import type { Source } from './state.ts';

/**
 * Start-time fair queuing: each source system has a virtual time, which a call moves on by 1/weight. Whoever is least far
 * goes first. Those who wait measure it; whoever was away is put level with them, so that nobody saves up turns.
 */

/** The arithmetic leaves a crumb of a call over. */
const crumb = 1e-6;

/** It has calls waiting, and is expected to ask for them any moment. */
export const isBacklogged = (source: Source, now: number): boolean =>
  source.waiting > crumb && source.presentUntil > now;

/** How far the least far of those who wait is; undefined: nobody waits. */
export function virtualTime(sources: readonly Source[], now: number): number | undefined {
  const times = sources.filter((source) => isBacklogged(source, now)).map(({ virtual }) => virtual);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Whether it is not more than so many calls ahead of those who wait. */
export function hasItsTurn(source: Source, sources: readonly Source[], now: number, ahead: number): boolean {
  const time = virtualTime(sources, now) ?? source.virtual;
  return source.virtual <= time + ahead / source.weight + crumb;
}

/** Its part of the calls, 0 to 1, among those who have asked lately or will come back. */
export function shareOf(source: Source, sources: readonly Source[], now: number): number {
  let sum = source.weight;
  for (const other of sources) if (other !== source && isActive(other, now)) sum += other.weight;
  return source.weight / sum;
}

export const isActive = ({ presentUntil, fresh, returning, urgent }: Source, now: number): boolean =>
  Math.max(presentUntil, fresh.at, returning.at, urgent.at) > now;
