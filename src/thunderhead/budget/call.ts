/** What the budget is asked for, what it answers, and what it is told of a call afterwards. */

/** What a licence allows, for all processes together. The burst is a tenth of a minute's calls, and one at the least. */
export interface BudgetSettings {
  callsPerMinute: number;
  callsInFlight: number;
}

export interface CallRequest {
  /** The source system that the call is made for; null: for all of them (a status query). */
  source: string | null;
  /** Its share against that of other sources. */
  weight: number;
  /** Passes what is not urgent. */
  urgent: boolean;
  /** How much of a call it fills, 0 to 1: documents by batch size. Those who wait share calls. */
  fill: number;
  /** It was told to come back, and does. */
  returning: boolean;
}

export interface Permit {
  id: string;
  /** The one call that finds out whether Thunderhead is back. */
  probe: boolean;
}

/** No permit now: when to ask again, and why. */
export interface Denied {
  afterMs: number;
  /** A part of a sentence, for people: `the budget of 100 calls a minute is spent`. */
  reason: string;
}

export type CallOutcome =
  | { kind: 'answered' }
  /** Thunderhead's gateway wants to be left alone for so long. */
  | { kind: 'throttled'; afterMs: number }
  | { kind: 'unavailable'; reason: string }
  /** The call was not made: the permit goes back. */
  | { kind: 'unused' };

export const isPermit = (answer: Permit | Denied): answer is Permit => 'id' in answer;
