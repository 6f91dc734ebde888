import type { Outcome } from './outcome.ts';

/** One step of a pipeline, written for one item. It knows no queue, no topic and no HTTP route. */
export interface Stage<Item, Facts = unknown> {
  readonly name: string;
  readonly retry?: Partial<Retry>;
  /** `once`: the effect must not happen twice, so the intent is durable before `run` is called. */
  readonly effect?: 'idempotent' | 'once';
  /** Behind the pivot: looks at `progress.cancelAsked` itself, because what is under way can still be stopped. */
  readonly stoppable?: true;
  /** Runs on every way to the end, whatever the result: publishing is not optional. Its faults are retried for ever. */
  readonly always?: true;
  /** How long one run may take before it is aborted and counts as a fault. Milliseconds; 30,000 unless told. */
  readonly timeoutMs?: number;
  /** It mostly waits for others: so many times as many chunks of it are run side by side. 1 unless told. */
  readonly sideBySide?: number;
  run(item: Item, signal: AbortSignal): Promise<Outcome<Facts>>;
  /** Idempotent; must accept that `run` may never have taken effect. */
  undo?(item: Item, signal: AbortSignal): Promise<Outcome<Facts>>;
}

/** How a thrown fault is retried: exponential back-off from `firstMs`, never above `capMs`, at most `attempts` times. */
export interface Retry {
  attempts: number;
  firstMs: number;
  capMs: number;
}

const defaultRetry: Retry = { attempts: 5, firstMs: 500, capMs: 60_000 };
export const defaultTimeoutMs = 30_000;

export const retryOf = (stage: Stage<never>): Retry => ({ ...defaultRetry, ...stage.retry });
