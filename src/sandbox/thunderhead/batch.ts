/**
 * One batch, and how it stands. Nothing drives a batch: its state is worked out from the time since it was accepted,
 * so 200,000 of them cost no timer and a restart changes nothing.
 */
import type { Ending } from './faults.ts';
import type { JobMessage } from './job-faults.ts';

export interface Batch {
  batchId: number;
  batchName: string;
  correlationId: string;
  /** The gateway's Idempotency-Key, for the inspector only: the job server knows no such thing. */
  key: string | null;
  acceptedAt: number;
  durationMs: number;
  ending: Ending;
  purged: boolean;
  lost: boolean;
  /** Number of the first transaction, and how many there are. */
  from: number;
  count: number;
  /** True when the root element is a wrapper around the transactions. */
  many: boolean;
  /** Each transaction's own, in their order, where they have it. */
  transactions?: readonly { correlationId: string; name: string }[];
  /** Numbers of the transactions scripted to fail, and to lose one of their channels; else the last one stands for all. */
  errored?: readonly number[];
  partial?: readonly number[];
  /** Document management number of the first document; the others follow. */
  firstDms: number;
  cancelledAt: number | null;
}

export type BatchStatus = 'QUEUED' | 'RUNNING' | 'STOPPING' | Exclude<Ending, 'NEVER'>;

const stoppingMs = 250;
const finals: ReadonlySet<string> = new Set<BatchStatus>(['STOPPED', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'ERRORED']);
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

export const isFinal = (status: string): boolean => finals.has(status);

/** `lost`: the job server forgets the batch just when it should have come to its end. */
export const isLost = (batch: Batch, now: number): boolean => batch.lost && now >= batch.acceptedAt + batch.durationMs;

/** A partial batch of many loses its last transaction; one of a single transaction only loses that one's e-mail. */
const erroredOf = ({ errored, ending, count, from }: Batch): readonly number[] =>
  errored ?? (ending === 'COMPLETED_WITH_ERRORS' && count > 1 ? [from + count - 1] : []);
const partialOf = ({ partial, ending, count, from }: Batch): readonly number[] =>
  partial ?? (ending === 'COMPLETED_WITH_ERRORS' && count === 1 ? [from] : []);

const numbersOf = ({ from, count }: Batch) => Array.from({ length: count }, (_, index) => from + index);

/** The numbers of the transactions that made a document. */
export function documentsOf(batch: Batch, now: number): number[] {
  const status = statusOf(batch, now);
  if (status === 'COMPLETED') return numbersOf(batch);
  if (status !== 'COMPLETED_WITH_ERRORS') return [];
  const errored = new Set(erroredOf(batch));
  return numbersOf(batch).filter((no) => !errored.has(no));
}

export type Report = ReturnType<typeof report>;

export function report(batch: Batch, now: number, skewMs = 0) {
  const status = statusOf(batch, now);
  const { batchId, batchName, correlationId, acceptedAt, durationMs, cancelledAt, count } = batch;
  const final = isFinal(status);
  const spoilt = status === 'COMPLETED_WITH_ERRORS';
  const errored = status === 'ERRORED' ? count : spoilt ? erroredOf(batch).length : 0;
  const stopped = status === 'STOPPED' ? count : 0;
  const progress = durationMs === 0 || batch.ending === 'NEVER' ? 0 : Math.min(1, (now - acceptedAt) / durationMs);
  const completed = final ? count - errored - stopped : status === 'RUNNING' ? Math.floor(count * progress) : 0;
  // A partial transaction made its document; it is a second channel, the e-mail, that failed.
  const channelErrors = errored + (spoilt ? partialOf(batch).length : 0);
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
    updatedAt: new Date(changedAt + skewMs).toISOString(),
  };
}

export interface TransactionStatus {
  transactionNo: number;
  status: BatchStatus;
  correlationId?: string;
  name?: string;
}

export function transactionsOf(batch: Batch, now: number): TransactionStatus[] {
  const { transactions, status } = report(batch, now);
  return numbersOf(batch).map((transactionNo, index) => ({
    transactionNo,
    status:
      status === 'COMPLETED_WITH_ERRORS'
        ? outcomeOf(batch, transactionNo)
        : status === 'RUNNING' && index < transactions.completed
          ? 'COMPLETED'
          : status,
    ...batch.transactions?.[index],
  }));
}

function outcomeOf(batch: Batch, transactionNo: number): BatchStatus {
  if (erroredOf(batch).includes(transactionNo)) return 'ERRORED';
  return partialOf(batch).includes(transactionNo) ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED';
}

/** Whether this acceptance of the correlation id can print no letter any more, or has printed one that went wrong. */
export function hasGoneWrong(batch: Batch, correlationId: string, at: number): boolean {
  const status = statusOf(batch, at);
  if (isLost(batch, at) || status === 'STOPPED' || status === 'ERRORED') return true;
  if (status !== 'COMPLETED_WITH_ERRORS') return false;
  const index = batch.transactions?.findIndex((each) => each.correlationId === correlationId) ?? -1;
  return index === -1 || outcomeOf(batch, batch.from + index) !== 'COMPLETED';
}

const mostMessages = 1000;

/** The job server's messages, the way real servers send them (`msgType: "E"`). */
export function messagesOf(batch: Batch, now: number, skewMs = 0): JobMessage[] {
  const status = statusOf(batch, now);
  const msgDate = new Date(batch.acceptedAt + batch.durationMs + skewMs).toISOString();
  const common = { msgType: 'E', msgDate, docId: 1, batchId: batch.batchId, retryable: false } as const;
  const data = (transactionNo: number): JobMessage => ({
    ...{ msgId: 10234, category: 'DATA', transactionNo, channelId: 1, args: ['customerName'], ...common },
    msgText: `Transaction ${transactionNo}: the variable customerName has no value.`,
  });
  const email = (transactionNo: number): JobMessage => ({
    ...{ msgId: 10307, category: 'CHANNEL', transactionNo, channelId: 2, args: ['email'], ...common },
    msgText: `Transaction ${transactionNo}: the document was made, but the e-mail channel has no address.`,
  });
  if (status === 'ERRORED') return numbersOf(batch).slice(0, mostMessages).map(data);
  if (status !== 'COMPLETED_WITH_ERRORS') return [];
  return [...erroredOf(batch).map(data), ...partialOf(batch).map(email)]
    .toSorted((a, b) => (a.transactionNo ?? 0) - (b.transactionNo ?? 0))
    .slice(0, mostMessages);
}
