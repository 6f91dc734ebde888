import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { neglected } from '#processors/engine/neglected.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import type { Settlement, Signal } from '#processors/engine/signal.ts';
import { defaultTimeoutMs } from '#processors/engine/stage.ts';
import { NotReady } from './not-ready.ts';

export interface StallWatchParts {
  pool: Pool;
  clock: Clock;
  pipelines: readonly PipelineShape[];
  paused: Pick<PausedStages, 'has'>;
  /** Throws while the queues are away. */
  queues: { check(): Promise<void> };
  /** How long work may be due at a stage, and nothing be taken there, before that is a stall; and how long a stall may last. */
  stallMs: number;
  /** A clock that is never set back. Milliseconds. */
  now?: () => number;
}

interface Place {
  name: string;
  isPaused: () => boolean;
  /** A run that takes longer is no sign of life any more. */
  timeoutMs: number;
  /** When something was taken or settled here. */
  movedAt: number;
  /** When the runs that are under way began. */
  underWay: Set<{ begunAt: number }>;
  stall?: { since: number; cause: string } | undefined;
}

/**
 * Whether a worker gets on, stage by stage: being alive is not enough, and each stage has a connection of its own. When work
 * has been due at a stage for long and this process takes nothing in hand there, it is not ready; when that lasts, it is
 * better begun anew. A worker whose hands are full gets on. Nothing is asked as long as work comes in everywhere.
 */
export class StallWatch implements Disposable {
  readonly #parts: StallWatchParts;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #lasting = Promise.withResolvers<string>();
  readonly #places: ReadonlyMap<string, Place>;
  #looking = false;

  constructor(parts: StallWatchParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    const { pipelines, paused } = parts;
    const places = pipelines.flatMap(({ name, stages }) =>
      stages.map(
        (stage): Place => ({
          name: `${name}/${stage.name}`,
          isPaused: () => paused.has(name, stage.name),
          timeoutMs: stage.timeoutMs ?? defaultTimeoutMs,
          movedAt: this.#now(),
          underWay: new Set(),
        }),
      ),
    );
    this.#places = new Map(places.map((place) => [place.name, place]));
    this.#timer = setInterval(() => void this.look(), Math.min(5_000, parts.stallMs / 4)).unref();
  }

  /** Passes a run's settlements on, each a sign of life of its stage. */
  async *watched(
    { pipeline, stage }: Pick<Signal, 'pipeline' | 'stage'>,
    run: AsyncIterable<Settlement>,
  ): AsyncGenerator<Settlement, void, void> {
    const place = this.#places.get(`${pipeline}/${stage}`);
    const ours = { begunAt: this.#now() };
    place?.underWay.add(ours);
    try {
      for await (const settlement of run) {
        if (place) this.#moved(place);
        yield settlement;
      }
    } finally {
      place?.underWay.delete(ours);
    }
  }

  /** Resolves with the cause when a stall lasts. */
  get lasting(): Promise<string> {
    return this.#lasting.promise;
  }

  /** @throws NotReady */
  check(): void {
    for (const { stall } of this.#places.values()) if (stall) throw new NotReady(stall.cause);
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#judge(this.#idle());
    } catch {
      // The database or the queues are away: whether there is work nobody knows, or nobody can take it. A process that is
      // begun anew would be no better off.
      for (const place of this.#places.values()) place.stall = undefined;
    } finally {
      this.#looking = false;
    }
  }

  /** Where nothing was a sign of life for long enough. Nothing is taken at a stage that is paused, and nothing is wrong. */
  #idle(): Place[] {
    const places = [...this.#places.values()];
    for (const place of places) if (place.isPaused()) this.#moved(place);
    return places.filter((place) => this.#idleMs(place) >= this.#parts.stallMs);
  }

  async #judge(idle: readonly Place[]): Promise<void> {
    if (idle.length === 0) return;
    const { pool, clock, queues, stallMs } = this.#parts;
    const dueBefore = new Date(clock.now().getTime() - stallMs);
    const found = await neglected(pool, { places: idle.map(({ name }) => name), dueBefore });
    if (found.size > 0) await queues.check().catch((error) => this.#startAgain(error));
    for (const place of idle) {
      const dueAt = found.get(place.name);
      // Something may have come in while we asked.
      const idleMs = this.#idleMs(place);
      if (!dueAt || idleMs < stallMs) place.stall = undefined;
      else place.stall = { since: place.stall?.since ?? this.#now(), cause: causeOf(place.name, idleMs, dueAt) };
      if (place.stall && this.#now() - place.stall.since >= stallMs) this.#lasting.resolve(place.stall.cause);
    }
  }

  /** When the queues are back, what has waited may first be taken. */
  #startAgain(away: Error): never {
    for (const place of this.#places.values()) this.#moved(place);
    throw away;
  }

  #moved(place: Place): void {
    place.movedAt = this.#now();
    place.stall = undefined;
  }

  #idleMs({ movedAt, underWay, timeoutMs }: Place): number {
    const now = this.#now();
    const signs = [...underWay].map(({ begunAt }) => Math.min(now, begunAt + timeoutMs));
    return now - Math.max(movedAt, ...signs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

const causeOf = (place: string, idleMs: number, dueAt: Date): string =>
  `nothing was taken in hand at ${place} for ${Math.round(idleMs / 1_000)} s, although work there is due since ${dueAt.toISOString()}`;
