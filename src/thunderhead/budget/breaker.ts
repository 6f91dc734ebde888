import type { CallOutcome, Permit } from './call.ts';
import type { Breaker, BudgetState } from './state.ts';

/**
 * The breaker that all processes share. A process that has seen enough opens it (`failures-in-a-row.ts`); while it is open
 * nobody calls. When it has rested one call finds out, one of all processes: it closes the breaker, or opens it for longer.
 */

const firstRestMs = 5_000;
const longestRestMs = 60_000;

/** For the log: once when it opens, once when it closes. */
export interface BreakerEvent {
  kind: 'opened' | 'closed';
  reason: string;
}

/** While the probe is out. A lease that is over frees it, so a process that died with it holds nobody up. */
const isProbing = ({ breaker, inFlight }: BudgetState): boolean =>
  breaker.probe !== null && inFlight.some(({ id }) => id === breaker.probe);

/** Until when it lets nobody call; undefined: it is closed, or a probe may go. */
export function closedUntil(state: BudgetState, now: number): number | undefined {
  const { breaker } = state;
  if (!breaker.open) return undefined;
  if (breaker.until > now) return breaker.until;
  return isProbing(state) ? now + 1_000 : undefined;
}

/** Marks the permit as the probe when the breaker is open. */
export function markProbe({ breaker }: BudgetState, id: string): Permit {
  if (breaker.open) breaker.probe = id;
  return { id, probe: breaker.open };
}

export function stateOf(state: BudgetState): 'closed' | 'open' | 'probing' {
  if (!state.breaker.open) return 'closed';
  return isProbing(state) ? 'probing' : 'open';
}

/** What a call's end means for it. `opens`: the process has seen as many failures in a row as it stands. */
export function learn(
  state: BudgetState,
  { id, outcome, opens }: { id: string; outcome: CallOutcome; opens: boolean },
  now: number,
): BreakerEvent | undefined {
  const { breaker } = state;
  if (!breaker.open) {
    if (outcome.kind !== 'unavailable' || !opens) return undefined;
    const openedTimes = breaker.openedTimes + 1;
    const until = now + firstRestMs;
    state.breaker = { open: true, until, reason: outcome.reason, probe: null, failedProbes: 0, openedTimes };
    return { kind: 'opened', reason: outcome.reason };
  }
  // The others left before it opened.
  if (breaker.probe !== id) return undefined;
  breaker.probe = null;
  if (outcome.kind === 'unavailable') {
    breaker.failedProbes++;
    breaker.reason = outcome.reason;
    breaker.until = now + restMs(breaker);
  }
  if (outcome.kind !== 'answered') return undefined;
  breaker.open = false;
  breaker.failedProbes = 0;
  // What has piled up meanwhile would go out at once, and push over what has only just risen.
  state.tokens = Math.min(state.tokens, 1);
  return { kind: 'closed', reason: breaker.reason };
}

const restMs = ({ failedProbes }: Breaker): number =>
  Math.min(longestRestMs, firstRestMs * 2 ** Math.min(failedProbes, 10));
