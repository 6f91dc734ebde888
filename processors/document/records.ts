import type { Pool, PoolClient } from 'pg';
import type { Progress } from '#processors/engine/progress.ts';
import type { BatchStatus, DocumentFacts, DocumentItem } from './document.ts';

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
        ${withBatch ? ', b.id as batch_id, b.round, b.thunderhead_batch_id, b.name, b.status, b.dms_document_id' : ''}
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
  return documents;
}

/** Why it ended as it did. Only what ended badly has anything to look for. */
async function addErrors(pool: Pool, documents: ReadonlyMap<string, DocumentItem>): Promise<void> {
  const unhappy = [...documents.values()].filter(({ progress }) => progress.result !== 'completed').map(({ id }) => id);
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

/** Writes what the runs of a flush learnt, kind by kind. */
export async function keepDocumentFacts(facts: readonly DocumentFacts[], transaction: PoolClient): Promise<void> {
  const of = <Kind extends DocumentFacts['kind']>(kind: Kind) =>
    facts.filter((fact): fact is Extract<DocumentFacts, { kind: Kind }> => fact.kind === kind);
  await insertBatches(of('accepted'), transaction);
  await updateBatches(of('reported'), transaction);
  await insertEvents(of('published'), transaction);
}

type Fact<Kind extends DocumentFacts['kind']> = Extract<DocumentFacts, { kind: Kind }>;

async function insertBatches(facts: readonly Fact<'accepted'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-insert-batches',
    text: `insert into batch (id, request_id, round, thunderhead_batch_id, name, status, created_at, updated_at)
      select id, request_id, round, thunderhead_batch_id, name, status, at, at
      from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
        as b (id, request_id, round, thunderhead_batch_id, name, status, at)
      on conflict (request_id, round) do nothing`,
    values: [
      facts.map(({ batch }) => batch.id),
      facts.map(({ requestId }) => requestId),
      facts.map(({ batch }) => batch.round),
      facts.map(({ batch }) => batch.thunderheadBatchId),
      facts.map(({ batch }) => batch.name),
      facts.map(({ batch }) => batch.status),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
}

async function updateBatches(facts: readonly Fact<'reported'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-update-batches',
    text: `update batch b set status = r.status, status_text = r.status_text, dms_document_id = r.dms_document_id,
        transactions = r.transactions, channel_jobs = r.channel_jobs, updated_at = r.at
      from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::timestamptz[])
        as r (id, status, status_text, dms_document_id, transactions, channel_jobs, at)
      where b.id = r.id`,
    values: [
      facts.map(({ batchId }) => batchId),
      facts.map(({ status }) => status),
      facts.map(({ report }) => report.statusText),
      facts.map(({ report }) => report.documents[0]?.dmsDocumentId ?? null),
      facts.map(({ report }) => JSON.stringify(report.transactions)),
      facts.map(({ report }) => JSON.stringify(report.channelJobs)),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
}

async function insertEvents(facts: readonly Fact<'published'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-insert-events',
    text: `insert into status_event (id, request_id, type, topic, data, kafka_partition, kafka_offset, published_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::int[], $7::bigint[], $8::timestamptz[])
      on conflict (id) do nothing`,
    values: [
      facts.map(({ event }) => event.id),
      facts.map(({ event }) => event.subject),
      facts.map(({ event }) => event.type),
      facts.map(({ topic }) => topic),
      facts.map(({ event }) => JSON.stringify(event.data)),
      facts.map(({ partition }) => partition),
      facts.map(({ offset }) => offset),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
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
