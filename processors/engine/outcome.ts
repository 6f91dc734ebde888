/**
 * What a stage answers. Answers are returned; only faults are thrown.
 *
 * `facts` is what the run learnt (a batch number, an event that was published). It is kept in the transaction that
 * moves the item, so a step and what it brought about are never seen apart. `postponed` and `told`: see `postpone`, `look`.
 */
export type Outcome<Facts = unknown> =
  | { kind: 'done'; reason?: string; afterMs?: number; facts?: Facts }
  | { kind: 'wait'; afterMs: number; reason: string; facts?: Facts; postponed?: true; told?: true }
  | { kind: 'reject'; failure: Failure; facts?: Facts }
  | { kind: 'cancelled'; reason: string; facts?: Facts };

/** Why an item did not get on: becomes its error row, its history entry, and a line of its final event. */
export interface Failure {
  /** Stable and machine-readable: `OMS_SOURCE_NOT_ALLOWED`. */
  code: string;
  /** The pipeline's own grouping of codes: `VALIDATION_ERROR`, `TIMEOUT`, ... */
  category: string;
  /** One sentence for a person. */
  description: string;
  details?: unknown;
  /** The stage a retrigger starts from, when that is not the stage that failed: a spoilt batch needs a new hand-over. */
  resumeAt?: string;
}

/**
 * What the state machine is told: an answer, a thrown fault, or somebody's wish to cancel what no stage has in hand.
 * `afterMs` of a fault: the participant has said when to come back; its back-off is at least as long. `final`: it is not
 * tried again by itself, however many tries are left.
 */
export type Verdict<Facts = unknown> =
  | Outcome<Facts>
  | { kind: 'fault'; failure: Failure; afterMs?: number; final?: boolean }
  | { kind: 'cancel' };

/** The step is finished. With `afterMs` the next stage is not due before that. */
export const done = <Facts>(next: { afterMs?: number; facts?: Facts; reason?: string } = {}): Outcome<Facts> => ({
  kind: 'done',
  ...next,
});

/** Nothing went wrong, but it is not time yet: look again in `afterMs`. The faults before it are over. */
export const wait = <Facts>(afterMs: number, reason: string, facts?: Facts): Outcome<Facts> =>
  facts === undefined ? { kind: 'wait', afterMs, reason } : { kind: 'wait', afterMs, reason, facts };

/** A wait that is kept in the history: the participant was asked, and this is what it said. */
export const look = <Facts>(afterMs: number, reason: string): Outcome<Facts> => ({
  kind: 'wait',
  afterMs,
  reason,
  told: true,
});

/** Nobody could be asked. Neither a fault nor the end of one: the attempts stay as they are, and so does the error row. */
export const postpone = <Facts>(afterMs: number, reason: string): Outcome<Facts> => ({
  kind: 'wait',
  afterMs,
  reason,
  postponed: true,
});

/** The participant said no; there was no effect. */
export const reject = <Facts>(failure: Failure, facts?: Facts): Outcome<Facts> =>
  facts === undefined ? { kind: 'reject', failure } : { kind: 'reject', failure, facts };

/** It was to be cancelled, and has no effect (any more): not sent, or stopped. */
export const cancelled = <Facts>(reason: string, facts?: Facts): Outcome<Facts> =>
  facts === undefined ? { kind: 'cancelled', reason } : { kind: 'cancelled', reason, facts };

/** A fault that knows its code and category. Anything else that is thrown counts as `INTERNAL_ERROR`. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly failure: Failure;
  readonly afterMs: number | undefined;
  readonly final: boolean;

  /** `afterMs`: not to be tried again before. `final`: not to be tried again, but by an operator. */
  constructor(failure: Failure, options: ErrorOptions & { afterMs?: number; final?: boolean } = {}) {
    super(failure.description, options);
    this.failure = failure;
    this.afterMs = options.afterMs;
    this.final = options.final ?? false;
  }
}
