import { type BreakerEvent, closedUntil, learn, markProbe } from './breaker.ts';
import { burstOf, countOn, isPlentiful, lackOf } from './bucket.ts';
import { type BudgetSettings, type CallOutcome, type CallRequest, type Denied, isPermit, type Permit } from './call.ts';
import { hasItsTurn, isBacklogged } from './fairness.ts';
import { longestMs } from './line.ts';
import { readState } from './read-state.ts';
import { refuse } from './refuse.ts';
import { sourceOf } from './sources.ts';
import type { BudgetState, InFlight, Source } from './state.ts';
import { count } from './tally.ts';

/** One budget for all, as rules over a state: no clock, no store. The same arguments give the same answers. */

export interface Ask extends CallRequest {
  /** The permit's, if there will be one. */
  id: string;
}

export interface Finish {
  id: string;
  outcome: CallOutcome;
  /** With this one its process has seen enough failures in a row. */
  opens: boolean;
  at: number;
}

export interface TurnOptions {
  settings: BudgetSettings;
  leaseMs: number;
  now: number;
}

export interface Turn {
  state: BudgetState;
  /** In the order of the asks. */
  answers: (Permit | Denied)[];
  events: BreakerEvent[];
}

/** What has ended makes room for what asks. `value` is what is shared, whatever it is; it is left as it was. */
export function takeTurn(
  value: unknown,
  { asks, finishes }: { asks: readonly Ask[]; finishes: readonly Finish[] },
  options: TurnOptions,
): Turn {
  const state = readState(value, options.now);
  countOn(state, options.settings, options.now);
  const events = finishes.map((finish) => end(state, finish, options)).filter((event) => event !== undefined);
  const answers = asks.map((ask) => answer(state, ask, options));
  return { state, answers, events };
}

function answer(state: BudgetState, asked: Ask, options: TurnOptions): Permit | Denied {
  const { settings, now } = options;
  const ask = { ...asked, fill: Math.min(1, Math.max(0.001, asked.fill || 1)) };
  const source = ask.source === null ? undefined : sourceOf(state, ask.source, ask.weight, settings, now);
  const given = decide(state, source, ask, options);
  if (source) countWaiting(source, ask, isPermit(given));
  return given;
}

function decide(state: BudgetState, source: Source | undefined, ask: Ask, options: TurnOptions): Permit | Denied {
  const { settings, now } = options;
  const isAhead = (calls: number) => source !== undefined && !hasItsTurn(source, state.sources, now, calls);
  // Urgent calls pass the others of all sources, by no more than a burst: then they wait like everybody.
  const passes = !source || (ask.urgent && !isAhead(burstOf(settings)));
  const lack = lackOf(state, settings, passes);
  const rests = state.pausedUntil > now || closedUntil(state, now) !== undefined;
  // Whoever comes for the first time does not go before those of its source who have waited.
  const isLast = source !== undefined && !ask.returning && isBacklogged(source, now);
  const hasTurn = passes || state.breaker.open || isPlentiful(state, settings) || !(isLast || isAhead(1));
  if (rests || lack.tokensMs > 0 || lack.slotsMs > 0 || !hasTurn)
    return refuse(state, source, ask, { settings, now, lack, passes });
  return grant(state, source, ask, options);
}

function grant(state: BudgetState, source: Source | undefined, { id }: Ask, { leaseMs, now }: TurnOptions): Permit {
  state.tokens -= 1;
  state.inFlight.push({ id, source: source?.name ?? null, since: now, until: now + leaseMs });
  countCall(state, source, now, 1);
  return markProbe(state, id);
}

/** Calls' worth that wait: those who were told to come back, less those who did and were granted one. */
function countWaiting(source: Source, { returning, fill }: Ask, granted: boolean): void {
  if (!granted) source.waiting = returning ? Math.max(source.waiting, fill) : source.waiting + fill;
  else if (returning) source.waiting = Math.max(0, source.waiting - fill);
}

function end(state: BudgetState, finish: Finish, { settings, now }: TurnOptions): BreakerEvent | undefined {
  const { id, outcome, at } = finish;
  const call = state.inFlight.find((known) => known.id === id);
  state.inFlight = state.inFlight.filter((known) => known !== call);
  if (outcome.kind === 'answered' && call) noteDuration(state, Math.max(1, at - call.since));
  if (outcome.kind === 'unused' && call) giveBack(state, call, settings, now);
  if (outcome.kind === 'throttled') {
    const afterMs = Math.min(longestPauseMs, Math.max(0, outcome.afterMs || 0));
    state.pausedUntil = Math.max(state.pausedUntil, at + afterMs);
    // Empty then, too: tokens do not flow while the other side lets nothing through.
    state.tokens = 0;
    state.at = Math.max(state.at, state.pausedUntil);
  }
  return learn(state, finish, now);
}

const longestPauseMs = 6 * longestMs;

function noteDuration(state: BudgetState, ms: number): void {
  state.callMs = state.callMs === 0 ? ms : state.callMs + (ms - state.callMs) / 8;
}

function giveBack(state: BudgetState, call: InFlight, settings: BudgetSettings, now: number): void {
  state.tokens = Math.min(burstOf(settings), state.tokens + 1);
  const source = state.sources.find(({ name }) => name === call.source);
  countCall(state, source, now, -1);
}

function countCall(state: BudgetState, source: Source | undefined, now: number, by: 1 | -1): void {
  count(state.granted, now, by);
  if (!source) return;
  source.virtual += by / source.weight;
  count(source.granted, now, by);
}
