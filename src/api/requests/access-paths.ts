import { stoppedCode } from '#processors/document/poll.ts';
import type { Bind } from '#src/platform/statement.ts';
import { anyOf, isStatus, resultsOf } from './conditions.ts';
import type { RequestFilter } from './list-query.ts';
import type { IdRange } from './received-range.ts';

/**
 * A way through the requests, newest first, along an index: all that can be in the list are on it. Each filter has one
 * of its own, so whichever of them leaves little leads to it directly. PostgreSQL's planner chooses badly among them,
 * because it takes values to be spread evenly; `find-ids.ts` looks before it chooses.
 */
export interface AccessPath {
  /** Statements that answer ids, no id in two of them, each in the order of an index: PostgreSQL merges them. */
  parts(bind: Bind): string[];
  /** The conditions that are true of everything on it. */
  proves: readonly (keyof RequestFilter)[];
}

/** Which requests are looked for, and where. */
export interface Search {
  filter: RequestFilter;
  /** Undefined: every source. */
  sources: readonly string[] | undefined;
  /** The sources that there are, when `needsSources`. */
  known: readonly string[];
  range: IdRange;
  /** The last one runs whatever the end, so all that ended stand there. */
  stages: readonly [string, ...string[]];
}

/** The indexes that know types, names and correlation ids begin with the source. */
export const needsSources = ({ documentType, documentName, requestCorrelationId }: RequestFilter): boolean =>
  Boolean(documentType || documentName || requestCorrelationId);

/** All the paths there are; where they seem equally long, the first is taken. */
export function accessPathsOf(search: Search): [AccessPath, ...AccessPath[]] {
  const { status, requestCorrelationId, errorCode, documentName, documentType } = search.filter;
  const paths: (AccessPath | undefined | false)[] = [
    !!requestCorrelationId && ofCorrelation(search, requestCorrelationId),
    !!errorCode && ofErrorCode(search, errorCode, ['errorCode']),
    status?.every((one) => one === 'STOPPED') && ofErrorCode(search, stoppedCode, []),
    ofStanding(search),
    !!documentName && ofSources(search, 'documentName', 'document_name'),
    !!documentType && ofSources(search, 'documentType', 'document_type'),
    !!search.sources && !needsSources(search.filter) && ofSources(search),
  ];
  const [first = everything(search), ...others] = paths.filter((path) => !!path);
  return [first, ...others];
}

const everything = ({ range }: Search): AccessPath => ({
  parts: (bind) => [`select r.id from document_request r where ${within(range, 'r.id', bind)}`],
  proves: [],
});

function ofSources(
  { filter, sources, known, range }: Search,
  field?: keyof RequestFilter,
  column?: string,
): AccessPath {
  return {
    parts: (bind) =>
      (sources ?? known).map((source) =>
        [
          `select r.id from document_request r where r.source_system = ${bind(source)}`,
          ...(field ? [`r.${column} = ${bind(filter[field])}`] : []),
          within(range, 'r.id', bind),
        ].join(' and '),
      ),
    proves: field ? ['sourceSystem', field] : ['sourceSystem'],
  };
}

/** One of each source at most: found, not passed by, and only then put in order. */
const ofCorrelation = ({ sources, known, range }: Search, correlationId: string): AccessPath => ({
  parts: (bind) =>
    (sources ?? known).map(
      (source) =>
        `select id from (select r.id from document_request r where r.source_system = ${bind(source)}
           and r.request_correlation_id = ${bind(correlationId)} limit 1) r where ${within(range, 'r.id', bind)}`,
    ),
  proves: ['sourceSystem', 'requestCorrelationId'],
});

const ofErrorCode = ({ range }: Search, code: string, proves: AccessPath['proves']): AccessPath => ({
  // The same error at two stages is one request.
  parts: (bind) => [
    `select distinct e.item_id as id from stage_error e
     where e.code = ${bind(code)} and ${within(range, 'e.item_id', bind)}`,
  ],
  proves,
});

/** What is in flight, and what ended otherwise than well. What completed has no path of its own: almost all have. */
function ofStanding({ filter: { status, stage }, range, stages }: Search): AccessPath | undefined {
  const isMoving = !!stage && !stage.includes(stages.at(-1) ?? '');
  if (!isMoving && (!status || status.includes('COMPLETED'))) return undefined;
  const moving = status?.filter((one) => !resultsOf[one]) ?? (['QUEUED', 'PROCESSING'] as const);
  const results = isMoving ? [] : new Set(status?.flatMap((one) => resultsOf[one] ?? []));
  // Both are `failed`; which of them it is, the error row says.
  const isExact = isMoving || status?.includes('FAILED') === status?.includes('STOPPED');
  return {
    parts: (bind) => [
      ...(moving.length > 0
        ? [
            `select p.id from progress p where p.ended_at is null and ${within(range, 'p.id', bind)}
               and ${anyOf(moving.map((one) => isStatus(one, stages[0], bind)))}
               ${stage ? `and p.stage = any(${bind(stage)}::text[])` : ''}`,
          ]
        : []),
      // The second condition is in the first; the planner needs to be told, or it does not see that the index will do.
      ...[...results].map(
        (result) =>
          `select p.id from progress p where p.ended_as = ${bind(result)} and p.ended_as <> 'completed'
             and ${within(range, 'p.id', bind)}`,
      ),
    ],
    proves: [...(isExact ? (['status'] as const) : []), ...(isMoving ? (['stage'] as const) : [])],
  };
}

function within({ from, before }: IdRange, column: string, bind: Bind): string {
  const bounds = [
    ...(from ? [`${column} >= ${bind(from)}::uuid`] : []),
    ...(before ? [`${column} < ${bind(before)}::uuid`] : []),
  ];
  return bounds.join(' and ') || 'true';
}
