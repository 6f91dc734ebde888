import type { Pool, PoolClient } from 'pg';
import type { BatchStatus } from '#processors/document/document.ts';
import type { RequestStatus } from '#processors/document/ports.ts';
import { statusOf } from '#processors/document/status.ts';
import type { Progress } from '#processors/engine/progress.ts';

/** A document request as its clients see it. */
export interface RequestView {
  id: string;
  status: RequestStatus;
  /** Where it stands, or stood last. */
  stage: string;
  documentType: string;
  documentName: string;
  documentLanguage: string;
  sourceSystem: string;
  sourceEnvironment: string;
  requestCorrelationId: string;
  priority: number;
  notBefore: string | null;
  /** 1, and one more for every retrigger. */
  attempt: number;
  receivedAt: string;
  endedAt: string | null;
  batch: BatchView | null;
  /** Why it does not get on, newest first. */
  errors: readonly ErrorView[];
}

export interface BatchView {
  id: string;
  /** Null: Thunderhead has not confirmed it. */
  thunderheadBatchId: number | null;
  name: string;
  transactionNo: number;
  transactionCount: number;
  status: BatchStatus;
  dmsDocumentId: number | null;
}

export interface ErrorView {
  stage: string;
  category: string;
  code: string;
  description: string;
  details: unknown;
  attempts: number;
  firstFailedAt: string;
  lastFailedAt: string;
  nextRetryAt: string | null;
  fingerprint: string | null;
}

/** Undefined: there is no such request. */
export const findRequest = async (pool: Pool, id: string, firstStage: string): Promise<RequestView | undefined> =>
  (await findRequests(pool, [id], firstStage))[0];

/** In the order of the ids; what is not there is left out. */
export async function findRequests(
  connection: Pool | PoolClient,
  ids: readonly string[],
  firstStage: string,
): Promise<RequestView[]> {
  const { rows } = await connection.query<RequestColumns>({
    name: 'oms-find-requests',
    text: `select r.id, document_type, document_name, document_language, source_system, source_environment,
        request_correlation_id, r.priority, not_before, received_at, p.stage, p.status, p.result, p.round, p.ended_at,
        b.batch, coalesce(e.errors, '[]'::json) as errors
      from document_request r
      join progress p using (id)
      left join lateral (
        select json_build_object('id', id, 'thunderheadBatchId', thunderhead_batch_id, 'name', name, 'status', status,
          'transactionNo', transaction_no, 'transactionCount', transaction_count, 'dmsDocumentId', dms_document_id) as batch
        from batch where request_id = r.id order by round desc, handover desc limit 1) b on true
      left join lateral (
        select json_agg(json_build_object('stage', stage, 'category', category, 'code', code, 'description', description,
          'details', details, 'attempts', attempts, 'firstFailedAt', first_failed_at, 'lastFailedAt', last_failed_at,
          'nextRetryAt', next_retry_at, 'fingerprint', fingerprint) order by last_failed_at desc) as errors
        from stage_error where item_id = r.id) e on true
      where r.id = any($1::uuid[])`,
    values: [ids],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id.toLowerCase());
    return row ? [viewOf(row, firstStage)] : [];
  });
}

type RequestColumns = Pick<Progress, 'status' | 'result' | 'stage' | 'round'> & {
  id: string;
  document_type: string;
  document_name: string;
  document_language: string;
  source_system: string;
  source_environment: string;
  request_correlation_id: string;
  priority: number;
  not_before: Date | null;
  received_at: Date;
  ended_at: Date | null;
  batch: BatchView | null;
  errors: ErrorView[];
};

function viewOf(row: RequestColumns, firstStage: string): RequestView {
  const errors = row.errors.map((error) => ({
    ...error,
    firstFailedAt: iso(error.firstFailedAt),
    lastFailedAt: iso(error.lastFailedAt),
    nextRetryAt: error.nextRetryAt && iso(error.nextRetryAt),
  }));
  const codes = errors.map(({ code }) => code);
  return {
    id: row.id,
    status: statusOf(row, firstStage, codes),
    stage: row.stage,
    documentType: row.document_type,
    documentName: row.document_name,
    documentLanguage: row.document_language,
    sourceSystem: row.source_system,
    sourceEnvironment: row.source_environment,
    requestCorrelationId: row.request_correlation_id,
    priority: row.priority,
    notBefore: row.not_before?.toISOString() ?? null,
    attempt: row.round,
    receivedAt: row.received_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    batch: row.batch,
    errors,
  };
}

const iso = (timestamp: string): string => new Date(timestamp).toISOString();
