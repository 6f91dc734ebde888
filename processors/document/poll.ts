import type { Clock } from '#processors/engine/clock.ts';
import {
  cancelled,
  done,
  type Failure,
  look,
  type Outcome,
  postpone,
  reject,
  wait,
} from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import type { BatchStatus, DocumentFacts, DocumentItem, KnownBatch } from './document.ts';
import {
  type BatchReport,
  type BatchState,
  type DocumentGenerator,
  type GenerationTimes,
  type GeneratorMessage,
  isLater,
  type ReferenceData,
} from './ports.ts';

/** A batch may be unknown for a moment after it was accepted; after this it counts as lost. */
const unknownGraceMs = 10_000;

export interface PollPorts {
  generator: Pick<DocumentGenerator, 'status' | 'details' | 'stop'>;
  reference: Pick<ReferenceData, 'find'>;
  times: Pick<GenerationTimes, 'observe'>;
  clock: Clock;
}

export interface PollTiming {
  /** The first look, while nothing is known; later ones are at least a fifth of it apart. */
  firstMs: number;
  /** Looks are at most so far apart. */
  capMs: number;
  /** How long a batch may take before the request fails with TIMEOUT, unless its document type says otherwise. */
  deadlineMs: number;
  timeoutMs: number;
}

/**
 * Follows the batch to its end: first when it is likely done, then ever less often, until it is final or its time is over.
 * When its source wishes it cancelled, Thunderhead is asked to stop it at every look; which of the two was faster, the batch
 * says. A batch that others share is never stopped: theirs would not be made.
 */
export const poll = (ports: PollPorts, timing: PollTiming): Stage<DocumentItem, DocumentFacts> => ({
  name: 'poll',
  stoppable: true,
  timeoutMs: timing.timeoutMs,
  sideBySide: 6,
  async run(document) {
    const { generator, clock } = ports;
    const { batch, progress, cancellation } = document;
    if (!batch?.thunderheadBatchId) throw new Error(`request ${document.id} is at poll but has no batch`);
    const { thunderheadBatchId } = batch;
    const report = await generator.status(thunderheadBatchId);
    // Nobody was there to ask. Whether its time is over can only be said of what is known not to be finished.
    if (isLater(report)) return postpone(report.afterMs, report.reason);
    if (report?.final) return final(document, batch, report, ports);
    const at = clock.now();
    const elapsedMs = at.getTime() - progress.since.getTime();
    if (!report && elapsedMs > unknownGraceMs) return reject(lost(thunderheadBatchId));
    const deadlineMs = await deadlineOf(document, ports, timing);
    if (elapsedMs > deadlineMs) return reject(overdue(thunderheadBatchId, report?.status, deadlineMs));
    if (cancellation && batch.transactionCount === 1) {
      if (!cancellation.passedOnAt) {
        // Known before it is done: a stop that we may have brought about must never look like the operators' own.
        const facts = { kind: 'stopping', requestId: document.id, round: progress.round, at } as const;
        return wait(0, 'is to be stopped', facts);
      }
      // When nobody answers, it is asked again at the next look; the batch goes on meanwhile, and is followed.
      if (report && report.status !== 'STOPPING') await generator.stop(thunderheadBatchId).catch(() => false);
    }
    const pauseMs = Math.min(timing.capMs, Math.max(timing.firstMs / 5, elapsedMs / 4));
    return look(pauseMs, `asked: batch is ${report?.status ?? 'not known yet'}`);
  },
});

async function deadlineOf({ documentType }: DocumentItem, { reference, clock }: PollPorts, { deadlineMs }: PollTiming) {
  const type = await reference.find('DOCUMENT_TYPE', documentType, clock.now());
  const seconds = type?.attributes.deadlineSeconds;
  return seconds === undefined ? deadlineMs : seconds * 1_000;
}

async function final(
  { documentName, progress, cancellation }: DocumentItem,
  batch: KnownBatch,
  report: BatchReport,
  { generator, times, clock }: PollPorts,
): Promise<Outcome<DocumentFacts>> {
  const details = report.status === 'COMPLETED' ? undefined : await generator.details(report);
  if (isLater(details)) return postpone(details.afterMs, details.reason);
  const own = (details?.messages ?? []).filter(
    ({ transactionNo: no = batch.transactionNo }) => no === batch.transactionNo,
  );
  const state = details?.transactions.get(batch.transactionNo) ?? report.status;
  const status = statusOf(state, own.length > 0);
  const dmsDocumentId = report.documents.find(({ no }) => no === batch.transactionNo)?.dmsDocumentId ?? null;
  const facts: DocumentFacts = { kind: 'reported', batchId: batch.id, status, report, dmsDocumentId, at: clock.now() };
  if (status === 'COMPLETED') {
    // From its word, not from when that was written down: under load the two are far apart.
    const tookMs = report.tookMs?.(batch.confirmedAt ?? progress.since);
    if (tookMs !== undefined) times.observe(documentName, tookMs);
    return done({ facts, reason: `batch ${report.batchId} completed` });
  }
  if (status === 'STOPPED_THUNDERHEAD' && cancellation?.passedOnAt)
    return cancelled(`batch ${report.batchId} was stopped for ${cancellation.actor}`, facts);
  return reject(status === 'STOPPED_THUNDERHEAD' ? stopped(report) : errored(report, state, own), facts);
}

/** What a final state is to us (DOMAIN: section 2). In a batch of many each document has one of its own. */
function statusOf(state: BatchState, hasMessages: boolean): BatchStatus {
  if (state === 'STOPPED') return 'STOPPED_THUNDERHEAD';
  return state === 'COMPLETED' && !hasMessages ? 'COMPLETED' : 'FAILED_THUNDERHEAD';
}

/** A spoilt batch stays spoilt: setting the request going again means a new hand-over. */
const resumeAt = 'submit';

export const stoppedCode = 'OMS_BATCH_STOPPED';

const stopped = ({ batchId, statusText }: BatchReport): Failure => ({
  code: stoppedCode,
  category: 'THUNDERHEAD_ERROR',
  description: `Thunderhead's operators stopped batch ${batchId}: ${statusText}`,
  resumeAt,
});

const errored = (report: BatchReport, state: BatchState, messages: readonly GeneratorMessage[]): Failure => ({
  code: 'OMS_BATCH_ERRORED',
  category: 'THUNDERHEAD_ERROR',
  description: [`Thunderhead could not make batch ${report.batchId} (${state})`, messages[0]?.message]
    .filter(Boolean)
    .join(': '),
  details: { statusText: report.statusText, transactions: report.transactions, messages },
  resumeAt,
});

const lost = (batchId: number): Failure => ({
  code: 'OMS_BATCH_LOST',
  category: 'THUNDERHEAD_ERROR',
  description: `Thunderhead accepted batch ${batchId} but does not know it any more`,
  resumeAt,
});

const overdue = (batchId: number, state: BatchState | undefined, deadlineMs: number): Failure => ({
  code: 'OMS_BATCH_OVERDUE',
  category: 'TIMEOUT',
  description: `batch ${batchId} was still ${state ?? 'unknown'} after ${Math.round(deadlineMs / 1_000)} s`,
});
