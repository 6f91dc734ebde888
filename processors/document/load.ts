import type { Pool } from 'pg';
import type { Progress } from '#processors/engine/progress.ts';
import type { BatchStatus, DocumentItem } from './document.ts';

/** Reads what a stage needs of a chunk of documents: one statement, and no more columns than that stage looks at. */
export async function loadDocuments(
  pool: Pool,
  stage: string,
  claimed: readonly Progress[],
): Promise<ReadonlyMap<string, DocumentItem>> {
  const withContent = stage === 'submit';
  const withBatch = stage === 'poll' || stage === 'publish';
  const progressOf = new Map(claimed.map((progress) => [progress.id, progress]));
  const { rows } = await pool.query<RequestColumns>({
    name: `oms-load-${withContent ? 'content' : withBatch ? 'batch' : 'request'}`,
    text: `select r.id, source_system, request_correlation_id, document_type, document_name, document_language,
        source_environment, priority, metadata
        ${withContent ? ', content' : ''}
        ${withBatch ? ', b.id as batch_id, b.round, b.thunderhead_batch_id, b.name, b.status, b.dms_document_id, r.callback_url' : ''}
      from document_request r
      ${withBatch ? 'left join lateral (select * from batch where request_id = r.id order by round desc limit 1) b on true' : ''}
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
  content?: Record<string, unknown>;
  batch_id?: string | null;
  round?: number;
  thunderhead_batch_id?: string;
  name?: string;
  status?: BatchStatus;
  dms_document_id?: string | null;
  callback_url?: string | null;
}

function documentOf(row: RequestColumns, progress: Progress): DocumentItem {
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
  };
  if (row.content) document.content = row.content;
  if (row.callback_url) document.callbackUrl = row.callback_url;
  if (row.batch_id)
    document.batch = {
      id: row.batch_id,
      round: row.round ?? 1,
      thunderheadBatchId: Number(row.thunderhead_batch_id),
      name: row.name ?? '',
      status: row.status ?? 'PROCESSING_THUNDERHEAD',
      dmsDocumentId: row.dms_document_id ? Number(row.dms_document_id) : null,
    };
  return document;
}
