/**
 * One batch, and how it stands. Nothing drives a batch: its state is worked out from the time since it was accepted,
 * so 200,000 of them cost no timer and a restart changes nothing.
 */
import type { Ending } from './faults.ts';

export interface Batch {
  batchId: number;
  batchName: string;
  correlationId: string;
  /** The Idempotency-Key it came with, and what the body was, to tell a repeat from a mix-up. */
  key: string | null;
  bodyHash: string;
  acceptedAt: number;
  durationMs: number;
  ending: Ending;
  unanswered: 'timeout' | 'reset' | null;
  purged: boolean;
  lost: boolean;
  /** Number of the first transaction, and how many there are. */
  from: number;
  count: number;
  /** True when the root element is a wrapper around the transactions. */
  many: boolean;
  /** Document management number of the first document; the others follow. */
  firstDms: number;
  cancelledAt: number | null;
}

export type BatchStatus = 'QUEUED' | 'RUNNING' | 'STOPPING' | Exclude<Ending, 'NEVER'>;

const stoppingMs = 250;
const finals: ReadonlySet<BatchStatus> = new Set(['STOPPED', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'ERRORED']);
const texts: Readonly<Record<BatchStatus, string>> = {
  QUEUED: 'Waiting for the job server',
  RUNNING: 'Documents are being made',
  STOPPING: 'An operator is stopping the batch',
  STOPPED: 'Stopped by an operator',
  COMPLETED: 'All transactions completed',
  COMPLETED_WITH_ERRORS: 'Completed, but not everything went well: see the errors',
  ERRORED: 'No document could be made: see the errors',
};

export function statusOf(batch: Batch, now: number): BatchStatus {
  const { acceptedAt, durationMs, cancelledAt, ending } = batch;
  if (cancelledAt !== null) return now < cancelledAt + stoppingMs ? 'STOPPING' : 'STOPPED';
  const age = now - acceptedAt;
  if (ending !== 'NEVER' && age >= durationMs) return ending;
  return age < durationMs / 4 ? 'QUEUED' : 'RUNNING';
}

export const isFinal = (status: BatchStatus): boolean => finals.has(status);

/** `lost`: the job server forgets the batch just when it should have come to its end. */
export const isLost = (batch: Batch, now: number): boolean => batch.lost && now >= batch.acceptedAt + batch.durationMs;

/** The numbers of the transactions that made a document. A partial batch of many loses its last one. */
export function documentsOf(batch: Batch, now: number): number[] {
  const status = statusOf(batch, now);
  if (status !== 'COMPLETED' && status !== 'COMPLETED_WITH_ERRORS') return [];
  const made = batch.count - erroredOf(batch, status);
  return Array.from({ length: made }, (_, index) => batch.from + index);
}

export function report(batch: Batch, now: number) {
  const status = statusOf(batch, now);
  const { batchId, batchName, correlationId, acceptedAt, durationMs, cancelledAt, count } = batch;
  const final = isFinal(status);
  const errored = erroredOf(batch, status);
  const stopped = status === 'STOPPED' ? count : 0;
  const progress = durationMs === 0 || batch.ending === 'NEVER' ? 0 : Math.min(1, (now - acceptedAt) / durationMs);
  const completed = final ? count - errored - stopped : status === 'RUNNING' ? Math.floor(count * progress) : 0;
  // A partial batch of one made its document; it is a second channel, the e-mail, that failed.
  const channelErrors = status === 'COMPLETED_WITH_ERRORS' && count === 1 ? 1 : errored;
  const changedAt = cancelledAt ?? acceptedAt + (final ? durationMs : status === 'RUNNING' ? durationMs / 4 : 0);
  return {
    batchId,
    batchName,
    correlationId,
    status,
    statusText: texts[status],
    final,
    transactions: { count, completed, errored, stopped, workflow: 0 },
    channelJobs: { created: completed + channelErrors, completed, errored: channelErrors, stopped: 0, workflow: 0 },
    documents: documentsOf(batch, now).map((no) => ({
      no,
      mimeType: 'application/pdf',
      dmsDocumentId: batch.firstDms + no - batch.from,
    })),
    updatedAt: new Date(changedAt).toISOString(),
  };
}

export function transactionsOf(batch: Batch, now: number) {
  const { transactions, status } = report(batch, now);
  const made = new Set(documentsOf(batch, now));
  return Array.from({ length: batch.count }, (_, index) => {
    const transactionNo = batch.from + index;
    if (status === 'COMPLETED_WITH_ERRORS') {
      return { transactionNo, status: made.has(transactionNo) ? 'COMPLETED' : 'ERRORED' };
    }
    return { transactionNo, status: status === 'RUNNING' && index < transactions.completed ? 'COMPLETED' : status };
  });
}

/** The job server's messages, the way real servers send them (`msgType: "E"`). */
export function messagesOf(batch: Batch, now: number) {
  const status = statusOf(batch, now);
  const msgDate = new Date(batch.acceptedAt + batch.durationMs).toISOString();
  const common = { msgType: 'E', msgDate, channelId: 1, docId: 1, retryable: false };
  const last = batch.from + batch.count - 1;
  if (status === 'ERRORED') {
    return Array.from({ length: Math.min(batch.count, 100) }, (_, index) => ({
      msgId: 10234,
      category: 'DATA',
      msgText: `Transaction ${batch.from + index}: the variable customerName has no value.`,
      transactionNo: batch.from + index,
      args: ['customerName'],
      ...common,
    }));
  }
  if (status !== 'COMPLETED_WITH_ERRORS') return [];
  const email = `Transaction ${last}: the document was made, but the e-mail channel has no address.`;
  const data = `Transaction ${last}: the variable customerName has no value.`;
  return [
    batch.count === 1
      ? {
          msgId: 10307,
          category: 'CHANNEL',
          msgText: email,
          transactionNo: last,
          args: ['email'],
          ...common,
          channelId: 2,
        }
      : { msgId: 10234, category: 'DATA', msgText: data, transactionNo: last, args: ['customerName'], ...common },
  ];
}

function erroredOf(batch: Batch, status: BatchStatus): number {
  if (status === 'ERRORED') return batch.count;
  return status === 'COMPLETED_WITH_ERRORS' && batch.count > 1 ? 1 : 0;
}
