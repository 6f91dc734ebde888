import Joi from 'joi';
import type { Pool } from 'pg';
import { Problem } from './problem.ts';

export interface FeedPage {
  items: readonly FeedEntry[];
  /** Send it back as `after` to read on; the same as before when nothing is new. */
  next: string | null;
}

interface FeedEntry {
  cursor: string;
  id: string;
  type: string;
  subject: string;
  topic: string;
  partition: number | null;
  offset: string | null;
  publishedAt: string;
  data: unknown;
}

const query = Joi.object({
  after: Joi.string().custom((text: string, { error }) => (isCursor(text) ? text : error('any.invalid'))),
  limit: Joi.number().integer().min(1).max(1_000).default(100),
});

/** `<xid8>-<bigint>`, within what PostgreSQL takes for one. */
function isCursor(text: string): boolean {
  const [, transaction, sequence] = /^(\d{1,20})-(\d{1,19})$/.exec(text) ?? [];
  return !!transaction && !!sequence && BigInt(transaction) < 2n ** 64n && BigInt(sequence) < 2n ** 63n;
}

/**
 * Final statuses in the order in which they were published. Nothing ever appears behind a cursor: rows of transactions
 * that are still open, and all that come after them, are not shown yet (see entities/status-event.ts).
 */
export async function readFeed(pool: Pool, parameters: unknown): Promise<FeedPage> {
  const { value, error } = query.validate(parameters, { abortEarly: false, errors: { wrap: { label: false } } });
  if (error)
    throw new Problem('OMS_PARAMETER_INVALID', 'the feed takes `after` (a cursor it gave) and `limit` (1 to 1000)', {
      errors: error.details.map(({ path, message }) => ({ field: path.join('.'), message })),
    });
  const { after, limit } = value as { after?: string; limit: number };
  const [transaction, sequence] = after?.split('-') ?? ['0', '0'];
  const { rows } = await pool.query<FeedRow>(
    // By the column, which is a number: the bare word would mean the text beside it, where 1000 comes before 999.
    `select transaction::text, sequence, id, type, request_id, topic, kafka_partition, kafka_offset, published_at, data
     from status_event
     where (transaction, sequence) > ($1::text::xid8, $2::bigint) and transaction < pg_snapshot_xmin(pg_current_snapshot())
     order by status_event.transaction, status_event.sequence limit $3`,
    [transaction, sequence, limit],
  );
  const items = rows.map((row) => ({
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
  return { items, next: items.at(-1)?.cursor ?? after ?? null };
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
  data: unknown;
}
