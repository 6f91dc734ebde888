import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { lastErrorOf } from '../stages/queries.ts';
import type { RetriggerFilter } from './filter.ts';

type Bind = (value: unknown) => string;

/** What a plan must know of the pipeline. */
export interface PlannedPipeline {
  name: string;
  /** In their order. */
  stages: readonly string[];
  /** The stage whose work is a call to Thunderhead that may print: what goes on behind it makes no document. */
  handOver: string;
  /** The stage that runs whatever the result, or ''. Nothing fails there. */
  always: string;
}

export const planned = ({ name, stages, pivot = '' }: PipelineShape): PlannedPipeline => ({
  name,
  stages: stages.map((stage) => stage.name),
  // What is handed over cannot be taken back: that is what makes it the pivot.
  handOver: pivot,
  always: stages.find((stage) => stage.always)?.name ?? '',
});

/** Up to the hand-over: who stands there, or begins there again, waits for the budget of calls. */
export const beforeHandOver = ({ stages, handOver }: PlannedPipeline): string[] =>
  stages.slice(0, stages.indexOf(handOver) + 1);

type Narrowing = Exclude<keyof RetriggerFilter, 'includeRejected'>;

/** What each field of a filter asks; that none is forgotten here, the compiler sees. */
const asks: Record<Narrowing, (value: string) => string> = {
  stage: (value) => `e.stage = ${value}`,
  category: (value) => `e.category = ${value}`,
  code: (value) => `e.code = ${value}`,
  fingerprint: (value) => `e.fingerprint = ${value}`,
  sourceSystem: (value) => `r.source_system = ${value}`,
  documentName: (value) => `r.document_name = ${value}`,
  failedFrom: (value) => `e.last_failed_at >= ${value}`,
  failedTo: (value) => `e.last_failed_at < ${value}`,
  mayExist: (value) => `m.may_exist = ${value}`,
  ids: (value) => `p.id = any(${value}::uuid[])`,
};

/**
 * Those that have failed, each with the last of its errors, from which it goes on; as SQL. `makes_document`: it comes by
 * the hand-over again. `asked_first` and `made_before` are said in `may-exist.ts`; `may_exist` is either.
 *
 * An open batch is asked about before anything is sent again. Whatever else is the last one, nothing is: it has ended, or
 * was certainly not accepted. What any of them has made, whole or in part, is made once more.
 */
export function failedDocuments(filter: RetriggerFilter, pipeline: PlannedPipeline, bind: Bind): string {
  const { includeRejected, ...narrowing } = filter;
  const conditions = Object.entries(narrowing).flatMap(([name, value]) =>
    value === undefined ? [] : [`and ${asks[name as Narrowing](bind(value))}`],
  );
  return `select p.id, p.round, e.stage, e.category, e.code, e.fingerprint, e.description, r.source_system,
      e.last_failed_at, t.makes_document, m.asked_first, m.made_before, m.may_exist
    from progress p
    join lateral (${lastErrorOf('p.id', bind(pipeline.always))}) e on true
    join document_request r on r.id = p.id
    left join lateral (
      select (array_agg(status order by round desc, handover desc))[1] as status,
        bool_or(dms_document_id is not null or (channel_jobs ->> 'completed')::int > 0) as made
      from batch where request_id = p.id) b on true
    cross join lateral (select e.resume_at = any(${bind(beforeHandOver(pipeline))}::text[]) as makes_document) t
    cross join lateral (select
      (makes_document and b.status in ('PROCESSING_OMS', 'PROCESSING_THUNDERHEAD')) is true as asked_first,
      (makes_document and b.made) is true as made_before) a
    cross join lateral (select a.*, asked_first or made_before as may_exist) m
    where p.pipeline = ${bind(pipeline.name)} and p.ended_as ${includeRejected ? `in ('failed', 'rejected')` : `= 'failed'`}
      ${conditions.join(' ')}`;
}
