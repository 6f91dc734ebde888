import { within } from '#processors/engine/within.ts';
import { type ReferenceRows, rowsOf } from './reference-rows.ts';
import type { Snapshot } from './snapshot.ts';
import type { ReferenceSource } from './source.ts';

export interface KeptRowsOptions {
  source: ReferenceSource;
  /** How long the last known rows answer while the source is away. */
  graceMs: number;
  /** Told once when the rows may be stale, and once when they are not any more. */
  onStale?: (error: Error) => void;
  onFresh?: () => void;
  /** Milliseconds of a clock that is never set. */
  now?: () => number;
}

/** Rows that were confirmed this long ago are used, and confirmed again meanwhile. */
const confirmAfterMs = 300;
/** Rows that were confirmed this long ago are not used before they are confirmed. It bounds how long a change is unseen. */
const trustedForMs = 900;
/** A source that does not answer counts as away. */
const patienceMs = 1_500;

export interface Kept {
  snapshot: Snapshot;
  rows: ReferenceRows;
  /** When the source last said that these are the newest. */
  confirmedAt: number;
}

/**
 * The rows in memory, as new as they must be. While somebody asks for them the source is asked for its version a few times
 * a second; a lookup waits only for the first answer, after a pause, and after `renew`. While the source is away the
 * last rows answer for the grace, and count as stale.
 */
export class KeptRows {
  readonly #options: Required<Pick<KeptRowsOptions, 'now'>> & KeptRowsOptions;
  #kept: Kept | undefined;
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Why the last question failed. */
  #trouble: Error | undefined;
  /** Counts the changes that this process has made: an answer from before one confirms nothing. */
  #changes = 0;
  #mustAsk = false;

  constructor(options: KeptRowsOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /**
   * At once, in nearly all cases.
   * @throws what the source has thrown, when there are no rows or the grace is over
   */
  current(): ReferenceRows | Promise<ReferenceRows> {
    const kept = this.#kept;
    if (kept && !this.#mustAsk) {
      const age = this.#options.now() - kept.confirmedAt;
      if (age < confirmAfterMs) return kept.rows;
      void this.#ask();
      if (age < trustedForMs || (this.#trouble && age < this.#options.graceMs)) return kept.rows;
    }
    return this.#answer().then(({ rows }) => rows);
  }

  /** What the source says from now on, or else the last rows within the grace. For those who pass it on. */
  async newest(): Promise<Kept> {
    await this.#asking;
    return this.#answer();
  }

  async #answer(): Promise<Kept> {
    await this.#ask();
    const kept = this.#kept;
    if (kept && (!this.#trouble || this.#options.now() - kept.confirmedAt < this.#options.graceMs)) return kept;
    throw this.#trouble;
  }

  /** This process has changed a row: its next lookup sees the change. */
  renew(): void {
    this.#changes++;
    this.#mustAsk = true;
  }

  /** How long ago the rows were confirmed, in milliseconds, and whether that is too long ago. */
  state(): { stale: boolean; ageMs: number | null } {
    const ageMs = this.#kept ? this.#options.now() - this.#kept.confirmedAt : null;
    return { stale: this.#trouble !== undefined, ageMs };
  }

  /** One question at a time. One that failed is not repeated at once, except for a lookup that has nothing else. */
  #ask(): Promise<void> {
    if (this.#asking) return this.#asking;
    const now = this.#options.now();
    if (this.#trouble && this.#kept && now - this.#askedAt < confirmAfterMs) return Promise.resolve();
    this.#askedAt = now;
    this.#asking = this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const { source, now, onStale, onFresh } = this.#options;
    for (;;) {
      const changes = this.#changes;
      const askedAt = now();
      try {
        const snapshot = await within(patienceMs, 'reference data', source.newerThan(this.#kept?.snapshot.version));
        if (snapshot) this.#kept = { snapshot, rows: rowsOf(snapshot), confirmedAt: askedAt };
        else if (this.#kept) this.#kept.confirmedAt = askedAt;
        if (this.#trouble) onFresh?.();
        this.#trouble = undefined;
      } catch (error) {
        if (!this.#trouble) onStale?.(error as Error);
        this.#trouble = error as Error;
      }
      if (changes !== this.#changes && !this.#trouble) continue;
      this.#mustAsk = false;
      return;
    }
  }
}
