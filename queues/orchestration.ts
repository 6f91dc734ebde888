import type { Settlement, Signal } from '#processors/engine/signal.ts';

/** Rings. False: it could not be delivered in a moment and was dropped, and the log says so. Never throws. */
export type Ring = (signals: readonly Signal[]) => Promise<boolean>;

/** Carries signals from stage to stage. It holds no truth: the rows do, and the sweep rings what it loses. */
export interface Orchestration extends AsyncDisposable {
  readonly name: 'bullmq' | 'api' | 'kafka' | 'scheduled';
  signal: Ring;
  /**
   * By stage, since when the ring that is next in line has been due: an older one is not in the queue any more. Stages where
   * none waits are left out; all of them are while the queue is away. Never throws.
   */
  inLineSince(pipeline: string): Promise<ReadonlyMap<string, Date>>;
  /** Begins to answer signals with `handle`; what each settlement names next is rung at once. */
  start(handle: (signal: Signal) => AsyncIterable<Settlement>): Promise<void>;
}

export interface RingLog {
  warn(about: object, message: string): void;
}
