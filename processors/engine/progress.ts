/** Where one item stands in its pipeline. The row of this shape is the only truth; queues are doorbells. */
export interface Progress {
  id: string;
  stage: string;
  status: ProgressStatus;
  /** Set as soon as the end is known, before the `always` stage has run. While undoing: the end that is aimed at. */
  result: Result | null;
  direction: Direction;
  /** Faults in a row at this stage. */
  attempts: number;
  /** Runs begun at this stage. More than one: an earlier run may have taken effect without our knowing. */
  runs: number;
  /** 1, and one more for every retrigger. Numbers the final statuses of an item. */
  round: number;
  /** 0 to 9. What is urgent passes the rest in the queues; see `signal.ts`. */
  priority: number;
  /** Somebody wishes it cancelled in this round, and it could not be done at once: see `cancel.ts`. */
  cancelAsked: boolean;
  /** Not before: carries delay, back-off and the expiry of a lease. */
  dueAt: Date;
  /** When the item came to this stage in this round. */
  since: Date;
  /** Grows with every claim and every settlement: a late writer's guard fails. */
  revision: number;
}

export type ProgressStatus = 'ready' | 'running' | 'ended';
export type Direction = 'forward' | 'backward';
export type Result = 'completed' | 'rejected' | 'failed' | 'cancelled' | 'compensated';

/** An item's place in one word: the stage it stands at, or the result it has ended with. */
export const stateOf = ({ stage, status, result }: Pick<Progress, 'stage' | 'status' | 'result'>): string =>
  status === 'ended' && result ? result : stage;
