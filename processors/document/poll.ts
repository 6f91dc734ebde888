import type { Clock } from '#processors/engine/clock.ts';
import { cancelled, done, type Failure, type Outcome, reject, wait } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import type { BatchStatus, DocumentFacts, DocumentItem, KnownBatch } from './document.ts';
import type { BatchReport, BatchState, DocumentGenerator } from './ports.ts';

/** A batch may be unknown for a moment after it was accepted; after this it counts as lost. */
const unknownGraceMs = 10_000;

export interface PollTiming {
  firstMs: number;
  capMs: number;
  /** How long a batch may take before the request fails with TIMEOUT. */
  deadlineMs: number;
  timeoutMs: number;
}

/**
 * Follows the batch to its end: soon at first, then ever less often, until it is final or its time is over. When its source
 * wishes it cancelled, Thunderhead is asked to stop it at every look; which of the two was faster, the batch says.
 */
export const poll = (
  generator: DocumentGenerator,
  clock: Clock,
  timing: PollTiming,
): Stage<DocumentItem, DocumentFacts> => ({
  name: 'poll',
  stoppable: true,
  timeoutMs: timing.timeoutMs,
  async run(document, signal) {
    const { batch, progress, cancellation } = document;
    if (!batch) throw new Error(`request ${document.id} is at poll but has no batch`);
    const report = await generator.status(batch.thunderheadBatchId, signal);
    const at = clock.now();
    const elapsedMs = at.getTime() - progress.since.getTime();
    if (report?.final) return final(document, batch, report, generator, signal, at);
    if (!report && elapsedMs > unknownGraceMs) return reject(lost(batch));
    if (elapsedMs > timing.deadlineMs) return reject(overdue(batch, report, timing.deadlineMs));
    if (cancellation && !cancellation.passedOnAt) {
      // Known before it is done: a stop that we may have brought about must never look like the operators' own.
      const facts = { kind: 'stopping', requestId: document.id, round: progress.round, at } as const;
      return wait(0, 'is to be stopped', facts);
    }
    if (cancellation && report && report.status !== 'STOPPING')
      await generator.stop(batch.thunderheadBatchId, signal).catch(nobodyToStop);
    return wait(
      Math.min(timing.capMs, Math.max(timing.firstMs, elapsedMs / 2)),
      `batch is ${report?.status ?? 'unknown'}`,
    );
  },
});

/** It is asked again at the next look; the batch goes on meanwhile, and is followed. */
const nobodyToStop = () => false;

/** Thunderhead's final states, and what they are to us (DOMAIN: section 2). */
const finalStatus: Partial<Record<BatchState, BatchStatus>> = {
  COMPLETED: 'COMPLETED',
  STOPPED: 'STOPPED_THUNDERHEAD',
  ERRORED: 'FAILED_THUNDERHEAD',
  COMPLETED_WITH_ERRORS: 'FAILED_THUNDERHEAD',
};

async function final(
  { cancellation }: DocumentItem,
  batch: KnownBatch,
  report: BatchReport,
  generator: DocumentGenerator,
  signal: AbortSignal,
  at: Date,
): Promise<Outcome<DocumentFacts>> {
  const status = finalStatus[report.status] ?? 'FAILED_THUNDERHEAD';
  const facts: DocumentFacts = { kind: 'reported', batchId: batch.id, status, report, at };
  if (status === 'COMPLETED') return done({ facts, reason: `batch ${report.batchId} completed` });
  if (status === 'STOPPED_THUNDERHEAD' && cancellation?.passedOnAt)
    return cancelled(`batch ${report.batchId} was stopped for ${cancellation.actor}`, facts);
  if (status === 'STOPPED_THUNDERHEAD') return reject(stopped(report), facts);
  return reject(errored(report, await generator.errors(report.batchId, signal)), facts);
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

const errored = (report: BatchReport, messages: Awaited<ReturnType<DocumentGenerator['errors']>>): Failure => ({
  code: 'OMS_BATCH_ERRORED',
  category: 'THUNDERHEAD_ERROR',
  description: [`Thunderhead could not make batch ${report.batchId} (${report.status})`, messages[0]?.message]
    .filter(Boolean)
    .join(': '),
  details: { statusText: report.statusText, transactions: report.transactions, messages },
  resumeAt,
});

const lost = ({ thunderheadBatchId }: KnownBatch): Failure => ({
  code: 'OMS_BATCH_LOST',
  category: 'THUNDERHEAD_ERROR',
  description: `Thunderhead accepted batch ${thunderheadBatchId} but does not know it any more`,
  resumeAt,
});

const overdue = ({ thunderheadBatchId }: KnownBatch, report: BatchReport | null, deadlineMs: number): Failure => ({
  code: 'OMS_BATCH_OVERDUE',
  category: 'TIMEOUT',
  description: `batch ${thunderheadBatchId} was still ${report?.status ?? 'unknown'} after ${Math.round(deadlineMs / 1_000)} s`,
});
