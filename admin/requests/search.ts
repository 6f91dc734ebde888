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
  endedAt: Date | null;
  /** The newest of its errors. */
  error: { stage: string; code: string; description: string; fingerprint: string | null } | null;
}

export interface SearchAnswer {
  /** What the word turned out to be; nothing: it is not known. */
  by: readonly string[];
  /** Newest first; without a word, what failed last. */
  requests: readonly FoundRequest[];
  /** There are more. */
  isCut: boolean;
}

const limit = 100;
const batchNumber = /^\d{1,18}$/;
/** A hand-over's name holds the id that its index knows it by: its request's, or one of its own. */
const handoverName = /^OMS-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})((?:-\d{1,9}){0,2})$/i;

/**
 * One word, which may be anything an operator has in hand. Each way of looking has an index and ends after so many, so that
 * a source with millions of requests is no slower than a single id. Without a word: what failed last.
 */
export const searchRequests = (pool: Pool, word: string, firstStage: string): Promise<SearchAnswer> =>
  readOnly(pool, async (client) => {
    const [ways, values, newest] = word === '' ? [failedLast, [], 'p.ended_at'] : [byWord, wordValues(word), 'n.id'];
    const { rows } = await client.query<Row>(
      `with recursive ${sources}, found as (${ways}),
         newest as (select id, array_agg(distinct by) as by from found group by id order by id desc limit ${limit + 1})
       select r.id, n.by, p.stage, p.status, p.result, r.source_system as "sourceSystem", r.document_name as "documentName",
         r.document_type as "documentType", r.request_correlation_id as "requestCorrelationId",
         r.received_at as "receivedAt", p.ended_at as "endedAt", e.error, e.codes
       from newest n join document_request r on r.id = n.id join progress p on p.id = n.id
       left join lateral (
         select (array_agg(json_build_object('stage', stage, 'code', code, 'description', description, 'fingerprint', fingerprint)
             order by last_failed_at desc))[1] as error, array_agg(code) as codes
         from stage_error where item_id = n.id) e on true
       order by ${newest} desc, n.id desc`,
      values,
    );
    return {
      by: [...new Set(rows.flatMap(({ by }) => by))],
      requests: rows.slice(0, limit).map((row) => foundOf(row, firstStage)),
      isCut: rows.length > limit,
    };
  });

const newestOf = (select: string) => `(${select} order by 1 desc limit ${limit + 1})`;

/**
 * Every source that has ever asked, known or not: the next one is one step in an index. Whoever may speak for all can make
 * up any number of them, so it ends after so many, and the known ones are added.
 */
const sources = `asking (code, number) as (
    (select source_system, 1 from document_request order by 1 limit 1)
    union all
    select (select source_system from document_request where source_system > code order by 1 limit 1), number + 1
    from asking where code is not null and number < 1000),
  sources as (
    select code from asking union select code from reference_data where type = 'SOURCE_SYSTEM')`;

/** $1: the word; $2: as an id; $3: as a number; $4: in capitals; $5: in small letters; $6, $7: as a hand-over's id and name. */
const byWord = [
  `(select id, 'id' as by from document_request where id = $2)`,
  // The index of correlation ids begins with the source.
  newestOf(`select id, 'correlation id' from document_request
    where source_system = any(array(select code from sources)) and request_correlation_id = $1`),
  newestOf(`select request_id, 'hand-over' from batch where request_id = $6 and name = $7`),
  // One that travels alone has the correlation id of its request.
  newestOf(`select request_id, 'hand-over' from batch
    where correlation_id = coalesce($2::uuid, $6::uuid) and transaction_count > 1 and name = coalesce($7, name)`),
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
  ...handoverValues(word),
];

function handoverValues(word: string): [id: string | null, name: string | null] {
  const [, id, rest] = handoverName.exec(word.toLowerCase()) ?? [];
  return id === undefined ? [null, null] : [id, `OMS-${id}${rest}`];
}

/** The order of its index; an end that was published late is late here too. */
const failedLast = `select id, 'failed' as by from progress where ended_as = 'failed' and pipeline = 'document'
  order by ended_at desc, id desc limit ${limit + 1}`;

type Row = Omit<FoundRequest, 'status'> &
  Pick<Progress, 'status' | 'result' | 'stage'> & { by: string[]; codes: string[] | null };

function foundOf({ by: _, codes, status, result, ...row }: Row, firstStage: string): FoundRequest {
  return { ...row, status: statusOf({ status, result, stage: row.stage }, firstStage, codes ?? []) };
}
