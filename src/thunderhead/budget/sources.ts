import { paceOf } from './bucket.ts';
import type { BudgetSettings } from './call.ts';
import { isActive, isBacklogged, shareOf, virtualTime } from './fairness.ts';
import { type BudgetState, newSource, type Source } from './state.ts';

/** The source systems that are known by now: those that asked not long ago, or will come back. The rest are forgotten. */

/** Far more than there are source systems; a state that grows without end would be the end of it. */
const mostSources = 200;

const leastPresenceMs = 2_000;
const longestPresenceMs = 60_000;

/** The source that asks; it is put level with those who wait when it was away. */
export function sourceOf(
  state: BudgetState,
  name: string,
  weight: number,
  settings: BudgetSettings,
  now: number,
): Source {
  let source = state.sources.find((known) => known.name === name);
  if (!source) {
    makeRoom(state, now);
    source = newSource(name);
    state.sources.push(source);
  }
  if (!isActive(source, now)) source.waiting = 0;
  source.weight = Math.min(1_000, Math.max(0.001, weight || 1));
  if (!isBacklogged(source, now))
    source.virtual = Math.max(source.virtual, virtualTime(state.sources, now) ?? source.virtual);
  source.presentUntil = now + presenceMs(source, state, settings, now);
  return source;
}

/** It asks twice as often as calls are granted to it; after the time of three of them it is not coming. */
function presenceMs(source: Source, state: BudgetState, settings: BudgetSettings, now: number): number {
  const callMs = 1 / (paceOf(state, settings) * shareOf(source, state.sources, now));
  return Math.min(longestPresenceMs, Math.max(leastPresenceMs, 3 * callMs));
}

/** Forgets who is gone; of too many, who has been silent for longest. */
function makeRoom(state: BudgetState, now: number): void {
  state.sources = state.sources.filter((source) => isActive(source, now));
  if (state.sources.length < mostSources) return;
  state.sources.sort((one, other) => other.presentUntil - one.presentUntil).length = mostSources - 1;
}
