import { expect, test } from '@jest/globals';
import type { DocumentItem } from '#processors/document/document.ts';
import { poll } from '#processors/document/poll.ts';
import type { BatchDetails, BatchReport, BatchState, Later } from '#processors/document/ports.ts';
import type { Progress } from '#processors/engine/progress.ts';

const now = new Date('2026-11-28T10:00:00Z');
const later: Later = { kind: 'later', afterMs: 700, reason: 'Thunderhead is being left alone' };

const report = (status: BatchState, changes: Partial<BatchReport> = {}): BatchReport => ({
  ...{ batchId: 7, batchName: 'OMS-1', status, statusText: '', documents: [] },
  final: ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'ERRORED', 'STOPPED'].includes(status),
  transactions: { count: 3, completed: 0, errored: 0, stopped: 0, workflow: 0 },
  channelJobs: { created: 0, completed: 0, errored: 0, stopped: 0, workflow: 0 },
  ...changes,
});

interface Situation {
  /** How long it has been at poll. */
  elapsedMs?: number;
  status: BatchReport | null | Later;
  details?: BatchDetails | Later;
  transactionNo?: number;
  transactionCount?: number;
  cancellation?: DocumentItem['cancellation'];
  deadlineSeconds?: number;
}

/** One look, with what was stopped and what was learnt. */
async function look(situation: Situation) {
  const { elapsedMs = 1_000, transactionNo = 1, transactionCount = 1, cancellation } = situation;
  const stopped: number[] = [];
  const learnt: [string, number][] = [];
  const generator = {
    status: async () => situation.status,
    details: async () => situation.details ?? { transactions: new Map(), messages: [] },
    stop: async (batchId: number) => stopped.push(batchId) > 0,
  };
  const stage = poll(
    {
      generator,
      reference: { find: async () => ({ attributes: { deadlineSeconds: situation.deadlineSeconds } }) as never },
      times: { observe: (name, ms) => learnt.push([name, ms]) },
      clock: { now: () => now },
    },
    { firstMs: 100, capMs: 15_000, deadlineMs: 60_000, timeoutMs: 1_000 },
  );
  const item = {
    id: 'r-1',
    ...{ documentName: 'IVZRECPA', documentType: 'INVOICE' },
    progress: { since: new Date(now.getTime() - elapsedMs), round: 1 } as Progress,
    batch: { id: 'b-1', thunderheadBatchId: 7, transactionNo, transactionCount },
    ...(cancellation && { cancellation }),
  } as DocumentItem;
  const outcome = await stage.run(item, new AbortController().signal);
  return { outcome, stopped, learnt };
}

test.each([
  [50, 20],
  [120, 30],
  [1_000, 250],
  [50_000, 12_500],
  [59_999, 14_999.75],
])('not done after %i ms: looked at again %i ms later', async (elapsedMs, afterMs) => {
  expect((await look({ elapsedMs, status: report('RUNNING') })).outcome).toMatchObject({ kind: 'wait', afterMs });
});

test('completed: how long it took is learnt, as it was over there', async () => {
  const { outcome, learnt } = await look({ status: report('COMPLETED', { tookMs: () => 640 }) });
  expect(outcome).toMatchObject({ kind: 'done', facts: { status: 'COMPLETED', batchId: 'b-1' } });
  expect(learnt).toEqual([['IVZRECPA', 640]]);
});

test('each document of a batch has the number of its own', async () => {
  const documents = [1, 2, 3].map((no) => ({ no, mimeType: 'application/pdf', dmsDocumentId: 880 + no }));
  const { outcome } = await look({ status: report('COMPLETED', { documents }), transactionNo: 2, transactionCount: 3 });
  expect(outcome).toMatchObject({ facts: { dmsDocumentId: 882 } });
});

test.each([
  [1, 'done', 'COMPLETED'],
  [2, 'reject', 'FAILED_THUNDERHEAD'],
  [3, 'reject', 'FAILED_THUNDERHEAD'],
])('a batch with errors: document %i ends as its own transaction did (%s)', async (transactionNo, kind, status) => {
  const details: BatchDetails = {
    transactions: new Map<number, BatchState>([
      [1, 'COMPLETED'],
      [2, 'ERRORED'],
      [3, 'COMPLETED'],
    ]),
    messages: [
      { code: '10234', message: 'no customerName', transactionNo: 2 },
      { code: '10307', message: 'no e-mail address', transactionNo: 3 },
    ],
  };
  const { outcome } = await look({
    ...{ status: report('COMPLETED_WITH_ERRORS'), details, transactionNo, transactionCount: 3 },
  });
  expect(outcome).toMatchObject({ kind, facts: { status } });
  if (outcome.kind === 'reject') expect(outcome.failure.details).toMatchObject({ messages: [{ transactionNo }] });
});

test('while nobody can be asked nothing is called too late', async () => {
  expect((await look({ status: later, elapsedMs: 3_600_000 })).outcome).toEqual({
    ...{ kind: 'wait', afterMs: 700, reason: later.reason, postponed: true },
  });
});

test.each([
  [undefined, 60_001, 'reject'],
  [undefined, 59_000, 'wait'],
  [300, 60_001, 'wait'],
  [5, 5_001, 'reject'],
])(
  'a document type may have a deadline of its own (%p s): after %i ms %s',
  async (deadlineSeconds, elapsedMs, kind) => {
    const { outcome } = await look({
      ...{ status: report('RUNNING'), elapsedMs, ...(deadlineSeconds !== undefined && { deadlineSeconds }) },
    });
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'reject')
      expect(outcome.failure).toMatchObject({ category: 'TIMEOUT', code: 'OMS_BATCH_OVERDUE' });
  },
);

test('a batch that others share is not stopped for one of them', async () => {
  const cancellation = { actor: 'client:arcade', passedOnAt: now };
  const shared = await look({ status: report('RUNNING'), transactionCount: 3, cancellation });
  expect([shared.stopped, shared.outcome.kind]).toEqual([[], 'wait']);
  expect((await look({ status: report('RUNNING'), cancellation })).stopped).toEqual([7]);
});
