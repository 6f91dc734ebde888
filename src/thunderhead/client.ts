import {
  type BatchDetails,
  type BatchReport,
  type BatchState,
  type DocumentGenerator,
  type FinishedDocuments,
  type GeneratorMessage,
  isLater,
  type Later,
} from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { GroupCommit } from '#processors/engine/group-commit.ts';
import { type Answer, messageOf } from './answer.ts';
import type { CallRequest } from './budget/call.ts';
import type { Call, Calls } from './calls.ts';
import type { RemoteClock } from './remote-clock.ts';
import { singleFlight } from './single-flight.ts';

/** All that is asked of Thunderhead, beside the hand-over itself. */
export type ThunderheadClient = Omit<DocumentGenerator, 'submit'> & FinishedDocuments;

/** On nobody's account, and before what could just as well go later: it tells what has become of what was sent. */
const question: CallRequest = { source: null, weight: 1, urgent: false, fill: 1, returning: false };
/** A person waits for it. */
const download: CallRequest = { ...question, urgent: true };
const patienceMs = 1_000;
const downloadPatienceMs = 3_000;
/** When a question was left without an answer. It is asked again, and costs nothing but time. */
const restMs = 1_000;

const mostAtOnce = 100;

/** Speaks the REST facade in front of Thunderhead (DOMAIN: section 2; a sandbox contract, not the vendor's). */
export function thunderheadClient(
  calls: Calls,
  { remoteClock, clock }: { remoteClock: RemoteClock; clock: Clock },
): ThunderheadClient {
  const ask = async (call: Omit<Call, 'body'>, body?: unknown): Promise<Answer | Later> => {
    const permit = await calls.permit(question, patienceMs);
    if (isLater(permit)) return permit;
    const called = await calls.send(permit, { ...call, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (called.kind === 'answered') return called.answer;
    return called.kind === 'later' ? called : { kind: 'later', afterMs: restMs, reason: called.reason };
  };

  /** Null: there is no such thing. What cannot be understood, or a plain question that is refused, is asked again later. */
  const read = async <T>(call: Omit<Call, 'body'>, body?: unknown): Promise<T | null | Later> => {
    const answer = await ask(call, body);
    if (isLater(answer)) return answer;
    if (answer.status === 404) return null;
    const content = answer.status === 200 ? parsed<T>(answer.text) : undefined;
    if (content !== undefined) return content;
    const { code, message } = messageOf(answer);
    return { kind: 'later', afterMs: restMs, reason: `Thunderhead answered ${answer.status} ${code} ${message}` };
  };

  const withDuration = (report: BatchReport & { updatedAt?: string }): BatchReport => {
    if (!report.final || report.updatedAt === undefined) return report;
    const polledAt = clock.now();
    const endedAt = new Date(report.updatedAt);
    return { ...report, tookMs: (handedOverAt) => remoteClock.took({ handedOverAt, endedAt, polledAt }) };
  };

  // A query leaves at once when a lane is free; what is asked meanwhile, by whatever chunk, travels in the next one.
  const queries = new GroupCommit<number, BatchReport | null | Later>({
    lanes: 2,
    capacity: mostAtOnce,
    flush: async (batchIds) => {
      const answer = await read<{ results: BatchReport[] }>(
        { operation: 'status', method: 'POST', path: '/batches/status:query' },
        { batchIds },
      );
      if (answer === null || isLater(answer)) return batchIds.map(() => answer);
      const byId = new Map(answer.results.map((report) => [report.batchId, withDuration(report)]));
      return batchIds.map((batchId) => byId.get(batchId) ?? null);
    },
  });

  return {
    // The documents of one batch ask together, and are answered together.
    status: singleFlight(
      (batchId) => String(batchId),
      (batchId: number) => queries.submit(batchId),
    ),

    find: singleFlight(
      ({ name }) => name,
      async ({ name, correlationId }: Parameters<DocumentGenerator['find']>[0]) => {
        const path = `/batches?correlationId=${correlationId}`;
        const found = await read<{ results: BatchReport[] }>({ operation: 'find', method: 'GET', path });
        if (found === null || isLater(found)) return found;
        return found.results.find(({ batchName }) => batchName === name) ?? null;
      },
    ),

    details: singleFlight(
      ({ batchId }) => String(batchId),
      async ({ batchId, transactions: { count } }: BatchReport): Promise<BatchDetails | Later> => {
        const about = (operation: 'errors' | 'transactions') =>
          ({ operation, method: 'GET', path: `/batches/${batchId}/${operation}` }) as const;
        const errors = await read<{ errors: JobMessage[] }>(about('errors'));
        if (isLater(errors)) return errors;
        const list = count > 1 ? await read<{ transactions: Transaction[] }>(about('transactions')) : null;
        if (isLater(list)) return list;
        return {
          transactions: new Map(list?.transactions.map(({ transactionNo, status }) => [transactionNo, status])),
          messages: (errors?.errors ?? []).map(messageOfJob),
        };
      },
    ),

    async stop(batchId) {
      const answer = await ask({ operation: 'stop', method: 'POST', path: `/batches/${batchId}/cancel` });
      return isLater(answer) ? answer : answer.status === 202;
    },

    async contents(batchId, no, signal) {
      const permit = await calls.permit(download, downloadPatienceMs);
      if (isLater(permit)) return permit;
      const path = `/batches/${batchId}/documents/${no}/content`;
      const streamed = await calls.stream(permit, { operation: 'content', method: 'GET', path }, signal);
      if (streamed.kind === 'streaming') {
        const { headers, body } = streamed;
        const mimeType = String(headers['content-type'] ?? 'application/pdf');
        return { kind: 'found', mimeType, length: headers['content-length']?.toString(), body };
      }
      if (streamed.kind === 'later') return streamed;
      if (streamed.kind === 'unanswered') return { kind: 'later', afterMs: restMs, reason: streamed.reason };
      const { status } = streamed.answer;
      if (status === 409) return { kind: 'not-ready' };
      if (status === 404 || status === 410) return { kind: 'gone' };
      return { kind: 'later', afterMs: restMs, reason: messageOf(streamed.answer).message };
    },
  };
}

/** A message of Thunderhead's job API. */
interface JobMessage {
  msgId: number;
  msgText: string;
  transactionNo?: number;
}

interface Transaction {
  transactionNo: number;
  status: BatchState;
}

const messageOfJob = (error: JobMessage): GeneratorMessage => ({
  code: String(error.msgId),
  message: error.msgText,
  ...(error.transactionNo !== undefined && { transactionNo: error.transactionNo }),
  details: error,
});

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
