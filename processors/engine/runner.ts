import { setMaxListeners } from 'node:events';
import type { Reached } from './boundary.ts';
import type { Clock } from './clock.ts';
import { failureOf, type Judged, judge, loadItems } from './judge.ts';
import { Leases } from './leases.ts';
import type { Failure } from './outcome.ts';
import type { PausedStages } from './paused-stages.ts';
import { type Pipeline, stageOf } from './pipeline.ts';
import type { Progress } from './progress.ts';
import { afterCancel, settlingOf } from './settling.ts';
import { type Settlement, type Signal, signalsFor } from './signal.ts';
import { defaultTimeoutMs, type Stage } from './stage.ts';
import type { Store } from './store.ts';
import { isPoison } from './transaction.ts';
import { waves } from './waves.ts';

/** How long the first of a chunk waits for the others before it is settled without them. */
const lingerMs = 20;

export interface RunnerOptions {
  pipelines: readonly Pipeline<never>[];
  store: Store;
  clock: Clock;
  leaseMs: number;
  /** Nothing is claimed at a stage that is paused. */
  paused?: Pick<PausedStages, 'has'>;
  /** Told about faults and ends; a reader of the log at night needs no more. */
  observe?: Observer;
  reached?: Reached | undefined;
}

export interface Observer {
  /** Not of every one of a stage that is tried for ever; see `isTold`. */
  faulted(event: { pipeline: string; at: Progress; next: Progress; failure: Failure; error?: unknown }): void;
  /** The step could not be written down: the lease runs out, and the item is run again. */
  unsettled(event: { pipeline: string; at: Progress; error: unknown }): void;
  ended(event: { pipeline: string; at: Progress; next: Progress }): void;
  /** It is through with a stage, whichever way it goes from there; for whoever counts. */
  left?(event: { pipeline: string; at: Progress; next: Progress; now: Date }): void;
}

/** Runs signals: claim, run the items side by side, advance, settle. Every orchestration drives this one function. */
export class Runner implements Disposable {
  readonly #pipelines: ReadonlyMap<string, Pipeline<unknown>>;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #leases: Leases;
  readonly #paused: RunnerOptions['paused'];
  readonly #observe: Observer | undefined;
  readonly #reached: Reached | undefined;

  constructor(options: RunnerOptions) {
    this.#pipelines = new Map(options.pipelines.map((pipeline) => [pipeline.name, pipeline as Pipeline<unknown>]));
    this.#store = options.store;
    this.#clock = options.clock;
    this.#leases = new Leases(options);
    this.#paused = options.paused;
    this.#observe = options.observe;
    this.#reached = options.reached;
  }

  /** Yields what has been settled so far; its `next` signals are to be rung at once, not when the last item is through. */
  async *run(signal: Signal): AsyncGenerator<Settlement, void, void> {
    const pipeline = this.#pipelines.get(signal.pipeline);
    if (!pipeline) throw new Error(`no pipeline ${signal.pipeline}`);
    const stage = stageOf(pipeline, signal.stage);
    if (this.#paused?.has(pipeline.name, stage.name)) {
      // Whoever ends the pause rings for what is due by then.
      yield { next: [], ended: [], failed: [], skipped: signal.ids };
      return;
    }
    const now = this.#clock.now();
    const leaseUntil = new Date(now.getTime() + this.#leases.leaseMs);
    const step = { pipeline: pipeline.name, stage: stage.name };
    this.#reached?.('before-claim', step);
    const { mine, notYet } = await this.#store.claim(
      { pipeline: pipeline.name, name: stage.name, intent: stage.effect === 'once' },
      { ids: signal.ids, now, leaseUntil },
    );
    if (mine.length + notYet.length < signal.ids.length || notYet.length > 0) {
      const known = new Set([...mine, ...notYet].map(({ id }) => id));
      const skipped = signal.ids.filter((id) => !known.has(id));
      yield { next: signalsFor(pipeline.name, notYet, now), ended: [], failed: [], skipped };
    }
    if (mine.length > 0) this.#reached?.('after-claim', step);
    if (mine.length > 0) yield* this.#runClaimed(pipeline, stage, mine, leaseUntil);
  }

  async *#runClaimed(
    pipeline: Pipeline<unknown>,
    stage: Stage<unknown>,
    mine: readonly Progress[],
    leaseUntil: Date,
  ): AsyncGenerator<Settlement, void, void> {
    const inHand = new Map(mine.map((at) => [at.id, at]));
    const step = { pipeline: pipeline.name, stage: stage.name };
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const abort = (reason: Error) => controller.abort(reason);
    const timeoutMs = stage.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    using _lease = this.#leases.hold(inHand, leaseUntil, abort);
    try {
      const items = await loadItems(pipeline, stage.name, mine);
      const verdicts = mine.map(async (at): Promise<Judged> => {
        if (at.cancelAsked && afterCancel(pipeline, at, this.#clock.now())) return { at, verdict: { kind: 'cancel' } };
        const judged = await judge(stage, at, items.get(at.id), controller.signal);
        this.#reached?.('after-effect', step);
        return { at, ...judged };
      });
      for await (const wave of waves(verdicts, lingerMs)) {
        const settlement = await this.#settleWave(pipeline, stage, wave, inHand);
        this.#reached?.('before-ring', step);
        yield settlement;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #settleWave(
    pipeline: Pipeline<unknown>,
    stage: Stage<unknown>,
    wave: readonly Judged[],
    inHand: Map<string, Progress>,
  ): Promise<Settlement> {
    const outcomes = await Promise.all(wave.map((judged) => this.#settle(pipeline, stage, judged)));
    const now = this.#clock.now();
    const moved: Progress[] = [];
    const skipped: string[] = [];
    const facts: unknown[] = [];
    wave.forEach(({ at, verdict }, index) => {
      inHand.delete(at.id);
      const next = outcomes[index];
      if (next) moved.push(next);
      else skipped.push(at.id);
      if (next && 'facts' in verdict && verdict.facts !== undefined) facts.push(verdict.facts);
    });
    const ended = moved.filter(({ status }) => status === 'ended');
    return {
      next: [
        ...signalsFor(
          pipeline.name,
          moved.filter(({ status }) => status !== 'ended'),
          now,
        ),
        ...((facts.length > 0 && pipeline.rings?.(facts, now)) || []),
      ],
      ended: ended.map(({ id }) => id),
      failed: ended.filter(({ result }) => result === 'failed').map(({ id }) => id),
      skipped,
    };
  }

  /** Where the item stands now; undefined when it was not ours to move any more. */
  async #settle(
    pipeline: Pipeline<unknown>,
    stage: Stage<unknown>,
    judged: Judged,
    lastTry = false,
  ): Promise<Progress | undefined> {
    const settling = settlingOf(pipeline, stage, judged, this.#clock.now());
    try {
      if (!(await this.#store.settle(settling))) return undefined;
    } catch (error) {
      if (lastTry || !isPoison(error)) {
        this.#observe?.unsettled({ pipeline: pipeline.name, at: judged.at, error });
        return undefined;
      }
      // What the run brought back cannot be written down. The item fails with that, alone, instead of for ever.
      const fault: Judged = { at: judged.at, verdict: { kind: 'fault', failure: failureOf(error) }, error };
      return this.#settle(pipeline, stage, fault, true);
    }
    const { at, next, failure, reason } = settling;
    if (failure && failure !== 'past' && reason !== null)
      this.#observe?.faulted({ pipeline: pipeline.name, at, next, failure, error: judged.error });
    if (next.status === 'ended') this.#observe?.ended({ pipeline: pipeline.name, at, next });
    if (next.status === 'ended' || next.stage !== at.stage || next.direction !== at.direction)
      this.#observe?.left?.({ pipeline: pipeline.name, at, next, now: settling.now });
    return next;
  }

  [Symbol.dispose](): void {
    this.#leases[Symbol.dispose]();
  }
}
