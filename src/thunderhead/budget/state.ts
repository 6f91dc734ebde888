import { emptyTally, type Tally } from './tally.ts';

/** What all processes know together of the calls to Thunderhead: small, and JSON. Times are milliseconds since 1970. */
export interface BudgetState {
  /** Until when the tokens are counted. */
  at: number;
  tokens: number;
  inFlight: InFlight[];
  /** How long an answered call takes, a moving mean; 0: not known. */
  callMs: number;
  pausedUntil: number;
  breaker: Breaker;
  sources: Source[];
  /** Those who ask for no source system, and wait for a token only. */
  polls: Line;
  granted: Tally;
}

export interface InFlight {
  id: string;
  source: string | null;
  since: number;
  /** Its process is taken for dead then. */
  until: number;
}

export interface Breaker {
  open: boolean;
  /** Nobody calls before. */
  until: number;
  reason: string;
  /** The call that finds out; null: it has not left yet. */
  probe: string | null;
  failedProbes: number;
  openedTimes: number;
}

/** A source system that asked not long ago, or has calls waiting. */
export interface Source {
  name: string;
  weight: number;
  /** What it has had, by its weight: see `fairness.ts`. */
  virtual: number;
  /** For so long it is missed by nobody: it will ask before, if it still wants anything. */
  presentUntil: number;
  /** Calls' worth that were told to come back, and have not been granted. */
  waiting: number;
  fresh: Line;
  returning: Line;
  urgent: Line;
  granted: Tally;
}

/** When the next one in a line is told to come back: see `line.ts`. */
export interface Line {
  at: number;
  /** How much of the call that is due then is spoken for. */
  filled: number;
}

const emptyLine = (): Line => ({ at: 0, filled: 0 });

export const newSource = (name: string): Source => ({
  name,
  weight: 1,
  virtual: 0,
  presentUntil: 0,
  waiting: 0,
  fresh: emptyLine(),
  returning: emptyLine(),
  urgent: emptyLine(),
  granted: emptyTally(),
});

/** Nearly empty: nobody knows what was called before it was lost, so there is no burst. */
export const newState = (now: number): BudgetState => ({
  at: now,
  tokens: 1,
  inFlight: [],
  callMs: 0,
  pausedUntil: 0,
  breaker: { open: false, until: 0, reason: '', probe: null, failedProbes: 0, openedTimes: 0 },
  sources: [],
  polls: emptyLine(),
  granted: emptyTally(),
});
