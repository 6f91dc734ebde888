import type { BudgetSettings } from './call.ts';
import type { BudgetState } from './state.ts';

/** The tokens and the slots: how many calls may be made, and how many of them at the same time. */

const perMs = ({ callsPerMinute }: BudgetSettings): number => Math.max(0, callsPerMinute) / 60_000;

/** What may be called at once after a silence: a tenth of a minute's calls, but one; none where none is allowed. */
export const burstOf = ({ callsPerMinute }: BudgetSettings): number =>
  callsPerMinute > 0 ? Math.max(1, callsPerMinute / 10) : 0;

/** Tokens that bulk leaves for the urgent and for polls; none where the whole burst is one call. */
function reserveOf(settings: BudgetSettings): number {
  const burst = burstOf(settings);
  return Math.max(0, Math.min(2, burst / 4, burst - 1));
}

/** A slot that bulk leaves for them, where there are some: an urgent call does not wait for the end of a slow one. */
const reservedSlots = ({ callsInFlight }: BudgetSettings): number => (callsInFlight >= 10 ? 1 : 0);

/** Counts on to `now`: tokens flow in, and what a dead process held is free again. A clock that goes back does nothing. */
export function countOn(state: BudgetState, settings: BudgetSettings, now: number): void {
  const elapsed = Math.max(0, now - state.at);
  state.tokens = Math.min(burstOf(settings), state.tokens + elapsed * perMs(settings));
  state.at += elapsed;
  state.inFlight = state.inFlight.filter(({ until }) => until > now);
}

/** What is lacking for one more call: ms until there may be enough; 0: nothing is. */
export interface Lack {
  tokensMs: number;
  slotsMs: number;
}

export function lackOf(state: BudgetState, settings: BudgetSettings, privileged: boolean): Lack {
  const tokens = (privileged ? 1 : 1 + reserveOf(settings)) - state.tokens;
  const slots = settings.callsInFlight - (privileged ? 0 : reservedSlots(settings)) - state.inFlight.length;
  return {
    // What adds up from many small steps may lack a trillionth.
    tokensMs: tokens <= 1e-9 ? 0 : tokens / Math.max(perMs(settings), Number.MIN_VALUE),
    slotsMs: slots >= 1 ? 0 : Math.max(20, state.callMs / Math.max(1, settings.callsInFlight)),
  };
}

/** More than half of everything lies about: whoever has a right to it does not come for it. */
export function isPlentiful(state: BudgetState, settings: BudgetSettings): boolean {
  const { callsInFlight } = settings;
  const free = callsInFlight - state.inFlight.length;
  return state.tokens * 2 > burstOf(settings) + 1 && free * 2 > callsInFlight + 1;
}

/** Calls per ms that can be made for long: by the licence, or by what the slots let through when calls are slow. */
export function paceOf(state: BudgetState, settings: BudgetSettings): number {
  const bySlots = state.callMs > 0 ? settings.callsInFlight / state.callMs : Number.POSITIVE_INFINITY;
  // One in a minute when none is allowed at all: whoever waits comes by now and then, and sees whether that has changed.
  return Math.max(Math.min(perMs(settings), bySlots), 1 / 60_000);
}
