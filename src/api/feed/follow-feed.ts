import type { Pool } from 'pg';
import { persistently } from '#processors/engine/transaction.ts';
import type { VisibleSources } from '#src/security/caller.ts';
import { type Cursor, isAfter, later } from './cursor.ts';
import type { FeedTail } from './feed-tail.ts';
import { endOfFeed, type FeedEntry, readFeed } from './status-feed.ts';

export interface FeedPorts {
  pool: Pick<Pool, 'query'>;
  tail: FeedTail;
}

/** Entries that are read at one time for somebody who is not at the end yet. */
const pageSize = 100;

/**
 * Every entry after a cursor, as it comes, until the signal: page by page from the rows, and from the tail once it has
 * caught up. A page is read when the one before has been taken: a slow reader makes nobody hold more than one.
 */
export async function* followFeed(
  { pool, tail }: FeedPorts,
  { after, sources, signal }: { after: Cursor; sources: VisibleSources; signal: AbortSignal },
): AsyncGenerator<readonly FeedEntry[], void> {
  let position = after;
  while (!signal.aborted) {
    // Before the page: what is up to here and not in the page is not for us, and never will be.
    const end = await persistently(() => endOfFeed(pool));
    const page = await persistently(() => readFeed(pool, { after: position, limit: pageSize, sources }));
    if (page.length > 0) yield page;
    position = page.at(-1)?.cursor ?? position;
    if (page.length === pageSize) continue;
    position = later(end, position);
    for (;;) {
      const entries = await tail.next(position, signal);
      if (!entries) break;
      const ours = entries.filter(
        ({ cursor, data }) => isAfter(cursor, position) && (sources === 'all' || sources.includes(data.sourceSystem)),
      );
      position = later(entries.at(-1)?.cursor ?? position, position);
      if (ours.length > 0) yield ours;
    }
  }
}
