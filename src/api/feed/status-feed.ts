import type { Pool } from 'pg';
import type { StatusEventData } from '#processors/document/ports.ts';
import type { VisibleSources } from '#src/security/caller.ts';
import { beginning, type Cursor } from './cursor.ts';

export interface FeedPage {
  items: readonly FeedEntry[];
  /** Send it back as `after` to read on; the same as before when nothing is new. */
  next: Cursor | null;
}

export interface FeedEntry {
  cursor: Cursor;
  id: string;
  type: string;
  subject: string;
  topic: string;
  partition: number | null;
  offset: string | null;
  publishedAt: string;
  data: StatusEventData;
}

export interface FeedRead {
  after: Cursor;
  limit: number;
  sources: VisibleSources;
}

const columns = `transaction::text, sequence, id, type, request_id, topic, kafka_partition, kafka_offset, published_at, data`;

/** By the columns, which are numbers: the bare word would mean the text in the list, where 1000 comes before 999. */
const unread = `(e.transaction, e.sequence) > ($1::text::xid8, $2::bigint)
  and e.transaction < pg_snapshot_xmin(pg_current_snapshot())`;

const ofAll = `select ${columns} from status_event e where ${unread} order by e.transaction, e.sequence limit $3`;

/** A page of each source, and the first of them together: each is one walk along an index. */
const ofSources = `select ${columns} from unnest($4::text[]) as source
  cross join lateral (
    select * from status_event e where e.data ->> 'sourceSystem' = source and ${unread}
    order by e.transaction, e.sequence limit $3) e
  order by e.transaction, e.sequence limit $3`;

/**
 * Final statuses in the order in which they were published. Nothing ever appears behind a cursor: rows of transactions
 * that are still open, and all that come after them, are not shown yet (see entities/status-event.ts).
 */
export async function readFeed(
  pool: Pick<Pool, 'query'>,
  { after, limit, sources }: FeedRead,
): Promise<readonly FeedEntry[]> {
  const [transaction, sequence] = after.split('-');
  const { rows } =
    sources === 'all'
      ? await pool.query<FeedRow>({ name: 'oms-feed', text: ofAll, values: [transaction, sequence, limit] })
      : await pool.query<FeedRow>({
          name: 'oms-feed-of-sources',
          text: ofSources,
          values: [transaction, sequence, limit, [...new Set(sources)]],
        });
  return rows.map((row) => ({
    cursor: `${row.transaction}-${row.sequence}`,
    id: row.id,
    type: row.type,
    subject: row.request_id,
    topic: row.topic,
    partition: row.kafka_partition,
    offset: row.kafka_offset,
    publishedAt: row.published_at.toISOString(),
    data: row.data,
  }));
}

/** The place after everything that can be read at this moment, whosesoever it is. */
export async function endOfFeed(pool: Pick<Pool, 'query'>): Promise<Cursor> {
  const { rows } = await pool.query<Pick<FeedRow, 'transaction' | 'sequence'>>(
    `select transaction::text, sequence from status_event e where transaction < pg_snapshot_xmin(pg_current_snapshot())
     order by e.transaction desc, e.sequence desc limit 1`,
  );
  const last = rows[0];
  return last ? `${last.transaction}-${last.sequence}` : beginning;
}

interface FeedRow {
  transaction: string;
  sequence: string;
  id: string;
  type: string;
  request_id: string;
  topic: string;
  kafka_partition: number | null;
  kafka_offset: string | null;
  published_at: Date;
  data: StatusEventData;
}
