import type { Pool } from 'pg';
import { pollWhile } from '../waiting/poll-while.ts';
import { unlessAborted } from '../waiting/unless-aborted.ts';
import { beginning, type Cursor, isAfter } from './cursor.ts';
import { type FeedEntry, readFeed } from './status-feed.ts';

const limit = 1_000;

type Entries = readonly FeedEntry[];

/**
 * The growing end of the feed, read once for all who stand there: a thousand streams that wait cost one statement at a
 * time. Whoever falls behind reads the rows until it stands at the end again.
 */
export class FeedTail {
  readonly #pool: Pick<Pool, 'query'>;
  readonly #waiters = new Set<(entries: Entries | undefined) => void>();
  readonly #wake: () => void;
  /** What comes after it has been handed to nobody. */
  #position: Cursor = beginning;

  constructor({ pool, stopping }: { pool: Pick<Pool, 'query'>; stopping: AbortSignal }) {
    this.#pool = pool;
    this.#wake = pollWhile({ ask: () => this.#read(), isWaitedFor: () => this.#waiters.size > 0, stopping });
  }

  /**
   * The next entries of all sources, for somebody who knows everything up to `position`; some of them may stand before
   * it. Undefined: the tail has gone on meanwhile and the rows must be read, or the signal was aborted.
   */
  async next(position: Cursor, signal: AbortSignal): Promise<Entries | undefined> {
    if (signal.aborted || isAfter(this.#position, position)) return undefined;
    // Nobody stands between.
    if (this.#waiters.size === 0) this.#position = position;
    return unlessAborted<Entries | undefined>(signal, undefined, (resolve) => {
      this.#waiters.add(resolve);
      this.#wake();
      return () => this.#waiters.delete(resolve);
    });
  }

  async #read(): Promise<void> {
    const entries = await readFeed(this.#pool, { after: this.#position, limit, sources: 'all' });
    const last = entries.at(-1);
    if (!last) return;
    this.#position = last.cursor;
    for (const resolve of this.#waiters) resolve(entries);
    // At once, not when they come to it: those who are here from this moment on stand after these entries.
    this.#waiters.clear();
  }
}
