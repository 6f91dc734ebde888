import { closedUntil } from './breaker.ts';
import { type Lack, paceOf } from './bucket.ts';
import type { BudgetSettings, CallRequest, Denied } from './call.ts';
import { shareOf } from './fairness.ts';
import { tell } from './line.ts';
import type { BudgetState, Source } from './state.ts';

/**
 * Twice as many are told to come back as there will be calls for them: of two sources one may be gone by then, and the other
 * is there for all of the budget. Who comes back and is refused waits in a second line, which is thin as long as the first
 * one lasts. So there are at most two and a half of them for a token, however many wait (but see `line.ts` for those who
 * wait for more than ten minutes). With half of it a source that leaves would take its part of the budget with it for as
 * long as the others were told to wait; the more, the more asks are in vain.
 */
const crowding = 2;
const crowdingBeside = 0.5;

export interface Refusal {
  settings: BudgetSettings;
  now: number;
  lack: Lack;
  /** It passes what is not urgent: it waits for tokens and slots, not for its turn. */
  passes: boolean;
}

/** When to come back, and why. Puts the request in its line. */
export function refuse(state: BudgetState, source: Source | undefined, request: CallRequest, refusal: Refusal): Denied {
  const { settings, now, lack, passes } = refusal;
  const reason = reasonOf(state, request, refusal);
  const from = Math.max(state.pausedUntil, closedUntil(state, now) ?? 0);
  const inBulk = source !== undefined && !passes;
  const line = inBulk ? source[request.returning ? 'returning' : 'fresh'] : (source?.urgent ?? state.polls);
  const density = inBulk ? densityOf(source, state, request, now) : 1;
  const intervalMs = 1 / (paceOf(state, settings) * density);
  const lackMs = Math.max(lack.tokensMs, lack.slotsMs);
  const at = tell(line, { now, from, firstMs: lackMs || intervalMs, intervalMs, fill: request.fill });
  return { afterMs: Math.ceil(at - now), reason };
}

/** How many of the line are told to come back for each call that all sources are granted together. */
function densityOf(source: Source, state: BudgetState, { returning }: CallRequest, now: number): number {
  const beside = returning && source.fresh.at > source.returning.at;
  return Math.min(1, shareOf(source, state.sources, now) * (beside ? crowdingBeside : crowding));
}

function reasonOf(state: BudgetState, { source }: CallRequest, { settings, now, lack }: Refusal): string {
  const { callsPerMinute, callsInFlight } = settings;
  if (state.pausedUntil > now) return 'Thunderhead wants no calls for a while';
  if (closedUntil(state, now) !== undefined) return `Thunderhead is being left alone (${state.breaker.reason})`;
  if (lack.tokensMs > 0) return `the budget of ${callsPerMinute} calls a minute is spent`;
  if (lack.slotsMs > 0) return `${callsInFlight} calls are under way, and no more are allowed at a time`;
  return `other calls than this one of ${source} are due first`;
}
