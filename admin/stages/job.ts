import type { QueueJob, QueueJobJson } from '@bull-board/api/typings/app';
import { statusOf } from '#processors/document/status.ts';
import { refuse } from '../board/refusal.ts';
import { maskedDetails, maskedMetadata } from '../requests/mask.ts';
import type { ItemColumns } from './items.ts';
import type { StageOperations } from './operations.ts';
import type { StageState } from './queries.ts';

export interface StageView {
  stage: string;
  /** All stages of the pipeline, in order. */
  stages: readonly string[];
  now: Date;
  operations: Pick<StageOperations, 'retry' | 'promote' | 'cancel'>;
}

/** One document, seen from one stage, in the shape of a job. */
export function stageJob(item: ItemColumns, view: StageView): QueueJob {
  const state = stateAt(item, view);
  return {
    opts: {},
    toJSON: () => jsonOf(item, state, view),
    getState: async () => state,
    retry: () => view.operations.retry(item.id),
    promote: () => view.operations.promote(item.id),
    // Nothing is ever removed: to remove means to cancel.
    remove: () => view.operations.cancel(item.id),
    updateData: refuse,
    changeDelay: refuse,
    changePriority: refuse,
  };
}

/** The same distinctions as the lists in `queries.ts` make. `unknown`: it is elsewhere, and has not been past here. */
function stateAt(item: ItemColumns, { stage, stages, now }: StageView): StageState | 'unknown' {
  const ended = item.status === 'ended';
  if (!ended && item.stage === stage) {
    if (item.status === 'running') return 'active';
    return item.due_at <= now ? 'waiting' : 'delayed';
  }
  const hasFailed = item.result === 'failed' || item.result === 'rejected';
  if (ended && item.failed_at === stage) return 'failed';
  if (stage === stages.at(-1)) return ended ? 'completed' : 'unknown';
  if (item.result === 'completed') return 'completed';
  const reached = hasFailed ? item.failed_at : item.result === null ? item.stage : null;
  return reached !== null && stages.indexOf(reached) > stages.indexOf(stage) ? 'completed' : 'unknown';
}

function jsonOf(item: ItemColumns, state: StageState | 'unknown', view: StageView): QueueJobJson {
  const error =
    state === 'completed' || !item.error ? null : { ...item.error, details: maskedDetails(item.error.details) };
  const received = item.received_at.getTime();
  // An answer to the source and no question for an operator: told apart, and left alone by Retry all.
  const isRejected = state === 'failed' && item.result === 'rejected';
  const delay = state === 'delayed' && { delay: Math.max(0, item.due_at.getTime() - received) };
  return {
    id: item.id,
    name: `${item.document_name} (${item.document_type})${isRejected ? ' · rejected' : ''}`,
    timestamp: received,
    ...timesOf(item, state),
    ...delay,
    // For what has left the stage that is the number of the round, as in the API and the events.
    attemptsMade: error?.attempts ?? (state === 'completed' ? item.round : item.attempts),
    // As with BullMQ's own jobs: also while it waits for its next attempt.
    failedReason: error ? `${isRejected ? 'REJECTED ' : ''}${error.code}: ${error.description}` : '',
    stacktrace: null,
    data: {
      requestId: item.id,
      sourceSystem: item.source_system,
      requestCorrelationId: item.request_correlation_id,
      documentType: item.document_type,
      documentName: item.document_name,
      language: item.document_language,
      environment: item.source_environment,
      priority: item.priority,
      // Its values may be about a person; the request page shows them to whoever says why.
      metadata: maskedMetadata(item.metadata),
    },
    returnvalue: error ? { status: statusWord(item, view), error } : state === 'completed' ? endOf(item, view) : null,
    progress: progressOf(item),
    opts: { priority: item.priority, ...delay },
  };
}

function timesOf(item: ItemColumns, state: StageState | 'unknown'): Pick<QueueJobJson, 'processedOn' | 'finishedOn'> {
  if (state === 'active') return { processedOn: item.since.getTime() };
  if (state !== 'failed' && state !== 'completed') return {};
  const finished = state === 'failed' && item.error ? new Date(item.error.lastFailedAt) : item.left_at;
  return {
    ...(item.entered_at && { processedOn: item.entered_at.getTime() }),
    ...(finished && { finishedOn: finished.getTime() }),
  };
}

/** Where the document is by now, whichever stage it is looked at from. */
const progressOf = ({ stage, status, result, round, runs, attempts, since, due_at }: ItemColumns) => ({
  stage,
  status,
  ...(result && { result }),
  round,
  runs,
  attempts,
  since: since.toISOString(),
  ...(status !== 'ended' && { dueAt: due_at.toISOString() }),
});

const endOf = (item: ItemColumns, view: StageView) => ({
  status: statusWord(item, view),
  ...(item.thunderhead_batch_id && { batch: Number(item.thunderhead_batch_id) }),
  ...(item.topic && { topic: item.topic, partition: item.kafka_partition, offset: item.kafka_offset }),
});

const statusWord = (item: ItemColumns, { stages }: StageView) =>
  statusOf(item, stages[0] ?? '', item.error_codes ?? []);
