import { stateOf } from './breaker.ts';
import { countOn } from './bucket.ts';
import type { BudgetSettings } from './call.ts';
import { readState } from './read-state.ts';
import { inLastMinute } from './tally.ts';

/** How the budget stands, for people. */
export interface BudgetView {
  settings: BudgetSettings;
  tokensLeft: number;
  grantedInLastMinute: number;
  inFlight: number;
  /** Thunderhead's gateway asked for it. */
  pausedUntil: Date | null;
  breaker: {
    state: ReturnType<typeof stateOf>;
    until: Date | null;
    reason: string | null;
    openedTimes: number;
  };
  sources: SourceView[];
}

export interface SourceView {
  source: string;
  weight: number;
  /** Calls' worth, an estimate: nobody reports those who give up waiting. */
  waitingCalls: number;
  grantedInLastMinute: number;
}

export function viewOf(value: unknown, settings: BudgetSettings, now: number): BudgetView {
  const state = readState(value, now);
  countOn(state, settings, now);
  const { breaker } = state;
  return {
    settings: { ...settings },
    tokensLeft: Math.floor(state.tokens * 10) / 10,
    grantedInLastMinute: inLastMinute(state.granted, now),
    inFlight: state.inFlight.length,
    pausedUntil: state.pausedUntil > now ? new Date(state.pausedUntil) : null,
    breaker: {
      state: stateOf(state),
      until: breaker.open ? new Date(breaker.until) : null,
      reason: breaker.open ? breaker.reason : null,
      openedTimes: breaker.openedTimes,
    },
    sources: state.sources.map(({ name, weight, waiting, granted }) => ({
      source: name,
      weight,
      waitingCalls: Math.ceil(waiting),
      grantedInLastMinute: inLastMinute(granted, now),
    })),
  };
}
