import type { Pool } from 'pg';
import type { RequestStatus } from '#processors/document/ports.ts';
import { statusOf } from '#processors/document/status.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { readOnly } from '#processors/engine/read-only.ts';
import { isUuid } from '#processors/engine/uuid.ts';

export interface FoundRequest {
  id: string;
  status: RequestStatus;
  stage: string;
  sourceSystem: string;
  documentName: string;
  documentType: string;
  requestCorrelationId: string;
  receivedAt: Date;
  /** The newest of its errors. */
  error: { stage: string; code: string; description: string; fingerprint: string | null } | null;
}

export interface SearchAnswer {
  /** What the word turned out to be; nothing: it is not known. */
  by: readonly string[];
  /** Newest first. */
  requests: readonly FoundRequest[];
  /** There are more. */
  isCut: boolean;
}

const limit = 100;
const batchNumber = /^\d{1,18}$/;

/**
 * One word, which may be anything an operator has in hand. Each way of looking has an index and ends after so many, so that
 * a source with millions of requests is no slower than a single id. Without a word: what failed last.
 */
export const searchRequests = (pool: Pool, word: string, firstStage: string): Promise<SearchAnswer> =>
  readOnly(pool, async (client) => {
    const [ways, values] = word === '' ? [failedLast, []] : [byWord, wordValues(word)];
    const { rows } = await client.query<Row>(
      `with found as (${ways}),
         newest as (select id, array_agg(distinct by) as by from found group by id order by id desc limit ${limit + 1})
       select r.id, n.by, p.stage, p.status, p.result, r.source_system as "sourceSystem", r.document_name as "documentName",
         r.document_type as "documentType", r.request_correlation_id as "requestCorrelationId",
         r.received_at as "receivedAt", e.error, e.codes
       from newest n join document_request r on r.id = n.id join progress p on p.id = n.id
       left join lateral (
         select (array_agg(json_build_object('stage', stage, 'code', code, 'description', description, 'fingerprint', fingerprint)
             order by last_failed_at desc))[1] as error, array_agg(code) as codes
         from stage_error where item_id = n.id) e on true
       order by n.id desc`,
      values,
    );
    return {
      by: [...new Set(rows.flatMap(({ by }) => by))],
      requests: rows.slice(0, limit).map((row) => foundOf(row, firstStage)),
      isCut: rows.length > limit,
    };
  });

const newestOf = (select: string) => `(${select} order by 1 desc limit ${limit + 1})`;

/** $1: the word; $2: as an id; $3: as a number; $4: in capitals; $5: in small letters. */
const byWord = [
  `(select id, 'id' as by from document_request where id = $2)`,
  // The index of correlation ids begins with the source.
  newestOf(`select id, 'correlation id' from document_request
    where source_system = any(array(select code from reference_data where type = 'SOURCE_SYSTEM')) and request_correlation_id = $1`),
  newestOf(`select request_id, 'Thunderhead batch' from batch where thunderhead_batch_id = $3`),
  newestOf(`select id, 'source system' from document_request where source_system = $4`),
  newestOf(`select item_id, 'error code' from stage_error where code = $4 and pipeline = 'document'`),
  newestOf(`select item_id, 'fingerprint' from stage_error where fingerprint = $5 and pipeline = 'document'`),
].join('\n union all ');

const wordValues = (word: string) => [
  word,
  isUuid(word) ? word : null,
  batchNumber.test(word) ? word : null,
  word.toUpperCase(),
  word.toLowerCase(),
];

const failedLast = newestOf(
  `select id, 'failed' as by from progress where ended_as = 'failed' and pipeline = 'document'`,
);

type Row = Omit<FoundRequest, 'status'> &
  Pick<Progress, 'status' | 'result' | 'stage'> & { by: string[]; codes: string[] | null };

function foundOf({ by: _, codes, status, result, ...row }: Row, firstStage: string): FoundRequest {
  return { ...row, status: statusOf({ status, result, stage: row.stage }, firstStage, codes ?? []) };
}
