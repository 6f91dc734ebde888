import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { neglected } from '#processors/engine/neglected.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { NotReady } from '#src/platform/not-ready.ts';

export interface StallWatchParts {
  pool: Pool;
  clock: Clock;
  pipelines: readonly PipelineShape[];
  paused: Pick<PausedStages, 'has'>;
  /** How long work may be due, and nothing be taken in hand, before that is a stall; and how long a stall may last. */
  stallMs: number;
  /** A clock that is never set back. Milliseconds. */
  now?: () => number;
}

/**
 * Whether a worker gets on: being alive is not enough. When work has been due for long and this process takes nothing in
 * hand, it is not ready; when that lasts, it is better begun anew. Nothing is asked as long as work comes in.
 */
export class StallWatch implements Disposable {
  readonly #parts: StallWatchParts;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #lasting = Promise.withResolvers<string>();
  #movedAt: number;
  #stall: { since: number; cause: string } | undefined;
  #looking = false;

  constructor(parts: StallWatchParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    this.#movedAt = this.#now();
    this.#timer = setInterval(() => void this.look(), Math.min(5_000, parts.stallMs / 4)).unref();
  }

  /** Work was taken in hand, or settled. */
  readonly moved = (): void => {
    this.#movedAt = this.#now();
    this.#stall = undefined;
  };

  /** Resolves with the cause when a stall lasts. */
  get lasting(): Promise<string> {
    return this.#lasting.promise;
  }

  /** @throws NotReady */
  check(): void {
    if (this.#stall) throw new NotReady(this.#stall.cause);
  }

  async look(): Promise<void> {
    const { stallMs } = this.#parts;
    const idleMs = this.#now() - this.#movedAt;
    if (this.#looking || idleMs < stallMs) return;
    this.#looking = true;
    try {
      const cause = await this.#causeFor(idleMs);
      // Something may have come in while we asked.
      if (!cause || this.#now() - this.#movedAt < stallMs) this.#stall = undefined;
      else this.#stall = { since: this.#stall?.since ?? this.#now(), cause };
      if (this.#stall && this.#now() - this.#stall.since >= stallMs) this.#lasting.resolve(this.#stall.cause);
    } catch {
      // The database is away. Whether there is work nobody knows, and a process that is begun anew would not know either.
      this.#stall = undefined;
    } finally {
      this.#looking = false;
    }
  }

  async #causeFor(idleMs: number): Promise<string | undefined> {
    const { pool, clock, pipelines, paused, stallMs } = this.#parts;
    const places = pipelines.flatMap(({ name, stages }) =>
      stages.filter((stage) => !paused.has(name, stage.name)).map((stage) => `${name}/${stage.name}`),
    );
    const dueBefore = new Date(clock.now().getTime() - stallMs);
    const found = await neglected(pool, { places, dueBefore });
    if (!found) return undefined;
    const idle = Math.round(idleMs / 1_000);
    return `nothing was taken in hand for ${idle} s, although work at ${found.place} is due since ${found.dueAt.toISOString()}`;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
