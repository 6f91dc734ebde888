import type { Pool } from 'pg';
import type { Progress } from '#processors/engine/progress.ts';
import type { BatchStatus, DocumentItem, KnownBatch } from './document.ts';

const batchColumns = `b.id as batch_id, b.round, b.handover, b.correlation_id, b.thunderhead_batch_id, b.name, b.transaction_no,
  b.transaction_count, b.status, b.dms_document_id, b.created_at as intended_at, b.confirmed_at`;
/** Not those that were lost because we died: they say nothing about Thunderhead. */
const unanswered = `(select count(*)::int from batch u
  where u.request_id = r.id and u.round = b.round and u.unknown_at is not null) as unanswered`;
const latestBatch = 'select * from batch where request_id = r.id order by round desc, handover desc limit 1';

/** Reads what a stage needs of a chunk of documents: one statement, and no more columns than that stage looks at. */
export async function loadDocuments(
  pool: Pool,
  stage: string,
  claimed: readonly Progress[],
): Promise<ReadonlyMap<string, DocumentItem>> {
  const withBatch = stage !== 'validate';
  const progressOf = new Map(claimed.map((progress) => [progress.id, progress]));
  const { rows } = await pool.query<RequestColumns & Partial<BatchColumns>>({
    name: `oms-load-${stage === 'submit' ? 'intent' : withBatch ? 'batch' : 'request'}`,
    text: `select r.id, source_system, request_correlation_id, document_type, document_name, document_language,
        source_environment, priority, metadata, content_bytes
        ${withBatch ? `, ${batchColumns}, r.callback_url` : ''}${stage === 'submit' ? `, ${unanswered}` : ''}
      from document_request r
      ${withBatch ? `left join lateral (${latestBatch}) b on true` : ''}
      where r.id = any($1::uuid[])`,
    values: [[...progressOf.keys()]],
  });
  const documents = new Map<string, DocumentItem>();
  for (const row of rows) {
    const progress = progressOf.get(row.id);
    if (progress) documents.set(row.id, documentOf(row, progress));
  }
  if (stage === 'publish') await addErrors(pool, documents);
  else await addCancellations(pool, documents);
  return documents;
}

/** Why it ended as it did. Only what ended badly has anything to look for. */
async function addErrors(pool: Pool, documents: ReadonlyMap<string, DocumentItem>): Promise<void> {
  const unhappy = [...documents.values()]
    .filter(({ progress: { result } }) => result !== 'completed' && result !== 'cancelled')
    .map(({ id }) => id);
  if (unhappy.length === 0) return;
  const { rows } = await pool.query<{
    item_id: string;
    stage: string;
    category: string;
    code: string;
    description: string;
  }>(
    `select item_id, stage, category, code, description from stage_error
     where item_id = any($1::uuid[]) and stage <> 'publish' order by last_failed_at desc`,
    [unhappy],
  );
  for (const { item_id, ...error } of rows) {
    const document = documents.get(item_id);
    if (document) document.errors = [...(document.errors ?? []), error];
  }
}

/** Few are wished away, and their rows say so: nobody looks for the others'. */
async function addCancellations(pool: Pool, documents: ReadonlyMap<string, DocumentItem>): Promise<void> {
  const wished = [...documents.values()].filter(({ progress }) => progress.cancelAsked);
  if (wished.length === 0) return;
  const { rows } = await pool.query<{ item_id: string; actor: string; passed_on_at: Date | null }>(
    `select item_id, actor, passed_on_at from cancellation
     join unnest($1::uuid[], $2::int[]) as w (item_id, round) using (item_id, round)`,
    [wished.map(({ id }) => id), wished.map(({ progress }) => progress.round)],
  );
  for (const { item_id, actor, passed_on_at } of rows) {
    const document = documents.get(item_id);
    if (document) document.cancellation = { actor, passedOnAt: passed_on_at };
  }
}

interface RequestColumns {
  id: string;
  source_system: string;
  request_correlation_id: string;
  document_type: string;
  document_name: string;
  document_language: string;
  source_environment: string;
  priority: number;
  metadata: { key: string; value: string }[];
  content_bytes: number;
  callback_url?: string | null;
}

interface BatchColumns {
  batch_id: string;
  round: number;
  handover: number;
  correlation_id: string;
  thunderhead_batch_id: string | null;
  name: string;
  transaction_no: number;
  transaction_count: number;
  status: BatchStatus;
  dms_document_id: string | null;
  intended_at: Date;
  confirmed_at: Date | null;
  unanswered?: number;
}

function documentOf(row: RequestColumns & Partial<BatchColumns>, progress: Progress): DocumentItem {
  const document: DocumentItem = {
    progress,
    id: row.id,
    sourceSystem: row.source_system,
    requestCorrelationId: row.request_correlation_id,
    documentType: row.document_type,
    documentName: row.document_name,
    documentLanguage: row.document_language,
    sourceEnvironment: row.source_environment,
    priority: row.priority,
    metadata: row.metadata,
    contentBytes: row.content_bytes,
  };
  if (row.callback_url) document.callbackUrl = row.callback_url;
  if (row.batch_id) document.batch = batchOf(row as BatchColumns);
  return document;
}

const batchOf = (row: BatchColumns): KnownBatch => ({
  id: row.batch_id,
  round: row.round,
  handover: row.handover,
  correlationId: row.correlation_id,
  name: row.name,
  thunderheadBatchId: numberOrNull(row.thunderhead_batch_id),
  transactionNo: row.transaction_no,
  transactionCount: row.transaction_count,
  status: row.status,
  dmsDocumentId: numberOrNull(row.dms_document_id),
  intendedAt: row.intended_at,
  confirmedAt: row.confirmed_at,
  unanswered: row.unanswered ?? 0,
});

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

/** What a chunk of documents is made of; read when they go out, because it may be much. */
export async function loadContents(pool: Pool, ids: readonly string[]): Promise<ReadonlyMap<string, DocumentContent>> {
  const { rows } = await pool.query<{ id: string; content: DocumentContent }>({
    name: 'oms-load-content',
    text: 'select id, content from document_request where id = any($1::uuid[])',
    values: [ids],
  });
  return new Map(rows.map(({ id, content }) => [id, content]));
}

export type DocumentContent = Record<string, unknown>;
