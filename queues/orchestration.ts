import type { Settlement, Signal } from '#processors/engine/signal.ts';

/** Carries signals from stage to stage. It holds no truth: the rows do, and the sweep rings what it loses. */
export interface Orchestration extends AsyncDisposable {
  readonly name: 'bullmq' | 'api' | 'kafka' | 'scheduled';
  /** Rings. False: it could not be delivered in a moment and was dropped, and the log says so. Never throws. */
  signal(signals: readonly Signal[]): Promise<boolean>;
  /** Begins to answer signals with `handle`; what each settlement names next is rung at once. */
  start(handle: (signal: Signal) => AsyncIterable<Settlement>): Promise<void>;
}

export interface RingLog {
  warn(about: object, message: string): void;
}
