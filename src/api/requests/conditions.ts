import { stoppedCode } from '#processors/document/poll.ts';
import type { RequestStatus } from '#processors/document/ports.ts';
import type { Bind } from '#src/platform/statement.ts';
import type { RequestFilter } from './list-query.ts';

/** What is asked of a request `w`, each as SQL about its row in one table: `document_request r`, `progress p`, or none. */
export type Conditions = Partial<Record<keyof RequestFilter, Condition>>;

export interface Condition {
  of: 'r' | 'p' | null;
  sql(bind: Bind): string;
}

/** Of what ended. One that was undone counts as cancelled. */
export const resultsOf: Partial<Record<RequestStatus, readonly string[]>> = {
  COMPLETED: ['completed'],
  REJECTED: ['rejected'],
  CANCELLED: ['cancelled', 'compensated'],
  FAILED: ['failed'],
  STOPPED: ['failed'],
};

/** `statusOf` of the document pipeline seen from the other side: which rows have this status. */
export function isStatus(status: RequestStatus, firstStage: string, bind: Bind): string {
  const untouched = () => `(p.status = 'ready' and p.stage = ${bind(firstStage)})`;
  if (status === 'QUEUED') return `p.ended_at is null and ${untouched()}`;
  if (status === 'PROCESSING') return `p.ended_at is null and not ${untouched()}`;
  const ended = `p.ended_as = any(${bind(resultsOf[status])}::text[])`;
  if (status === 'STOPPED') return `${ended} and ${hasError('p.id', stoppedCode, bind)}`;
  return status === 'FAILED' ? `${ended} and not ${hasError('p.id', stoppedCode, bind)}` : ended;
}

const hasError = (id: string, code: string, bind: Bind): string =>
  `exists (select from stage_error e where e.item_id = ${id} and e.code = ${bind(code)})`;

/** At least one of these; there must be one. */
export const anyOf = (conditions: readonly string[]): string => `(${conditions.map((one) => `(${one})`).join(' or ')})`;

/** `sources`: those of the caller, with the one that was asked for taken into account; undefined: every source. */
export function conditionsOf(
  filter: RequestFilter,
  sources: readonly string[] | undefined,
  firstStage: string,
): Conditions {
  const { status, stage, documentType, documentName, requestCorrelationId, errorCode, receivedFrom, receivedTo } =
    filter;
  const request = (sql: Condition['sql']): Condition => ({ of: 'r', sql });
  const progress = (sql: Condition['sql']): Condition => ({ of: 'p', sql });
  return {
    ...(sources && { sourceSystem: request((bind) => `r.source_system = any(${bind(sources)}::text[])`) }),
    ...(documentType && { documentType: request((bind) => `r.document_type = ${bind(documentType)}`) }),
    ...(documentName && { documentName: request((bind) => `r.document_name = ${bind(documentName)}`) }),
    ...(requestCorrelationId && {
      requestCorrelationId: request((bind) => `r.request_correlation_id = ${bind(requestCorrelationId)}`),
    }),
    ...(receivedFrom && { receivedFrom: request((bind) => `r.received_at >= ${bind(receivedFrom)}::timestamptz`) }),
    ...(receivedTo && { receivedTo: request((bind) => `r.received_at < ${bind(receivedTo)}::timestamptz`) }),
    ...(status && { status: progress((bind) => anyOf(status.map((one) => isStatus(one, firstStage, bind)))) }),
    ...(stage && { stage: progress((bind) => `p.stage = any(${bind(stage)}::text[])`) }),
    ...(errorCode && { errorCode: { of: null, sql: (bind) => hasError('w.id', errorCode, bind) } }),
  };
}
