import type { Pool, PoolClient } from 'pg';
import type { RequestStatus } from '#processors/document/ports.ts';
import { statusOf } from '#processors/document/status.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { readOnly } from '#processors/engine/read-only.ts';

/** All that is known of one request, but for what its source sent. */
export interface RequestRecords {
  head: RequestHead;
  /** Newest first. */
  errors: readonly ErrorRecord[];
  /** Oldest first, like everything below. */
  batches: readonly BatchRecord[];
  events: readonly EventRecord[];
  cancellations: readonly CancellationRecord[];
  history: readonly HistoryRecord[];
}

export interface RequestHead extends Pick<Progress, 'stage' | 'status' | 'result' | 'round' | 'attempts' | 'dueAt'> {
  id: string;
  /** In the words of its clients. */
  word: RequestStatus;
  sourceSystem: string;
  sourceEnvironment: string;
  requestCorrelationId: string;
  documentType: string;
  documentName: string;
  documentLanguage: string;
  priority: number;
  client: string | null;
  callbackUrl: string | null;
  contentBytes: number;
  notBefore: Date | null;
  receivedAt: Date;
  endedAt: Date | null;
  cancelAsked: boolean;
}

export interface ErrorRecord {
  stage: string;
  category: string;
  code: string;
  description: string;
  details: unknown;
  fingerprint: string | null;
  resumeAt: string;
  attempts: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  nextRetryAt: Date | null;
}

export interface BatchRecord {
  round: number;
  handover: number;
  name: string;
  correlationId: string;
  thunderheadBatchId: string | null;
  transactionNo: number;
  transactionCount: number;
  status: string;
  statusText: string;
  createdAt: Date;
  sentAt: Date | null;
  unknownAt: Date | null;
  confirmedAt: Date | null;
  updatedAt: Date;
}

export interface EventRecord {
  id: string;
  type: string;
  topic: string;
  partition: number | null;
  offset: string | null;
  publishedAt: Date;
}

export interface CancellationRecord {
  round: number;
  actor: string;
  reason: string;
  askedAt: Date;
  passedOnAt: Date | null;
}

export interface HistoryRecord {
  /** The request's own steps, or those of the call that told its source how it ended. */
  of: 'request' | 'callback';
  from: string | null;
  to: string;
  stage: string;
  reason: string;
  actor: string;
  at: Date;
}

/** As of one moment. Undefined: there is no such request. */
export const findRecords = (pool: Pool, id: string, firstStage: string): Promise<RequestRecords | undefined> =>
  readOnly(pool, async (client) => {
    const [head] = await headOf(client, id);
    if (!head) return undefined;
    const list = async <T>(text: string) => (await client.query(text, [id])).rows as T[];
    const errors = await list<ErrorRecord>(
      `select stage, category, code, description, details, fingerprint, resume_at as "resumeAt", attempts,
         first_failed_at as "firstFailedAt", last_failed_at as "lastFailedAt", next_retry_at as "nextRetryAt"
       from stage_error where item_id = $1 order by last_failed_at desc`,
    );
    const codes = errors.map(({ code }) => code);
    return {
      head: { ...head, word: statusOf(head, firstStage, codes) },
      errors,
      batches: await list<BatchRecord>(
        `select round, handover, name, correlation_id as "correlationId", thunderhead_batch_id as "thunderheadBatchId",
           transaction_no as "transactionNo", transaction_count as "transactionCount", status, status_text as "statusText",
           created_at as "createdAt", sent_at as "sentAt", unknown_at as "unknownAt", confirmed_at as "confirmedAt",
           updated_at as "updatedAt"
         from batch where request_id = $1 order by round, handover`,
      ),
      events: await list<EventRecord>(
        `select id, type, topic, kafka_partition as partition, kafka_offset as offset, published_at as "publishedAt"
         from status_event where request_id = $1 order by sequence`,
      ),
      cancellations: await list<CancellationRecord>(
        `select round, actor, reason, asked_at as "askedAt", passed_on_at as "passedOnAt"
         from cancellation where item_id = $1 order by round`,
      ),
      history: await list<HistoryRecord>(
        `select case when item_id = $1 then 'request' else 'callback' end as of, from_state as from, to_state as to,
           stage, reason, actor, at
         from history
         where item_id = any(array(select $1::uuid union all select id from status_event where request_id = $1)) order by id`,
      ),
    };
  });

const headOf = async (client: PoolClient, id: string): Promise<Omit<RequestHead, 'word'>[]> =>
  (
    await client.query(
      `select r.id, p.stage, p.status, p.result, p.round, p.attempts, p.due_at as "dueAt", p.ended_at as "endedAt",
         p.cancel_asked as "cancelAsked", r.source_system as "sourceSystem", r.source_environment as "sourceEnvironment",
         r.request_correlation_id as "requestCorrelationId", r.document_type as "documentType",
         r.document_name as "documentName", r.document_language as "documentLanguage", r.priority, r.client,
         r.callback_url as "callbackUrl", r.content_bytes as "contentBytes", r.not_before as "notBefore",
         r.received_at as "receivedAt"
       from document_request r join progress p using (id) where r.id = $1`,
      [id],
    )
  ).rows;

export interface Payload {
  metadata: unknown;
  /** Undefined: too much to be shown on a page. */
  content: unknown;
}

/** Enough for any letter that a person can read. */
export const shownBytes = 262_144;

export async function findPayload(pool: Pool, id: string): Promise<Payload | undefined> {
  const { rows } = await pool.query<Payload>(
    `select metadata, case when octet_length(content::text) <= $2 then content end as content
     from document_request where id = $1`,
    [id, shownBytes],
  );
  return rows[0];
}
