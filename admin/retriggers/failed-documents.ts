import type { RetriggerFilter } from './filter.ts';

type Bind = (value: unknown) => string;

/** The stage whose work is a call to Thunderhead that may print: what goes on behind it makes no document. */
export const handOver = 'submit';

/** What a plan must know of the pipeline. */
export interface PlannedPipeline {
  name: string;
  /** In their order. */
  stages: readonly string[];
}

export const planned = ({ name, stages }: { name: string; stages: readonly { name: string }[] }): PlannedPipeline => ({
  name,
  stages: stages.map((stage) => stage.name),
});

/** Up to the hand-over: who stands there, or begins there again, waits for the budget of calls. */
export const beforeHandOver = ({ stages }: PlannedPipeline): string[] => stages.slice(0, stages.indexOf(handOver) + 1);

/**
 * Those that have failed, each with the last of its errors, from which it goes on; as SQL. `makes_document`: it comes by
 * the hand-over again. `may_exist`: Thunderhead may have it already; it was handed over and not heard of, or made in part.
 */
export function failedDocuments(filter: RetriggerFilter, pipeline: PlannedPipeline, bind: Bind): string {
  const { stage, category, code, fingerprint, sourceSystem, documentName, failedFrom, failedTo, ids } = filter;
  const asked: [column: string, value: unknown][] = [
    ['e.stage =', stage],
    ['e.category =', category],
    ['e.code =', code],
    ['e.fingerprint =', fingerprint],
    ['r.source_system =', sourceSystem],
    ['r.document_name =', documentName],
    ['e.last_failed_at >=', failedFrom],
    ['e.last_failed_at <', failedTo],
  ];
  const conditions = asked.flatMap(([column, value]) => (value === undefined ? [] : [`${column} ${bind(value)}`]));
  if (ids) conditions.push(`p.id = any(${bind(ids)}::uuid[])`);
  const goesBy = `e.resume_at = any(${bind(beforeHandOver(pipeline))}::text[])`;
  return `select p.id, p.round, e.stage, e.category, e.code, e.fingerprint, e.description, r.source_system,
      ${goesBy} as makes_document,
      ${goesBy} and (b.status in ('PROCESSING_OMS', 'PROCESSING_THUNDERHEAD') or b.dms_document_id is not null
        or (e.category = 'TIMEOUT' and e.stage = '${handOver}')) is true as may_exist
    from progress p
    join lateral (select * from stage_error where item_id = p.id order by last_failed_at desc, stage desc limit 1) e on true
    join document_request r on r.id = p.id
    left join lateral (
      select status, dms_document_id from batch where request_id = p.id order by round desc, handover desc limit 1) b on true
    where p.pipeline = ${bind(pipeline.name)}
      and p.ended_as ${filter.includeRejected ? `in ('failed', 'rejected')` : `= 'failed'`}
      ${conditions.map((condition) => `and ${condition}`).join(' ')}`;
}
