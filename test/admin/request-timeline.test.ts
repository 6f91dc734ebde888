import { describe, expect, test } from '@jest/globals';
import type { BatchRecord, HistoryRecord, RequestRecords } from '#admin/requests/records.ts';
import { timelineOf } from '#admin/requests/timeline.ts';

/** What the timeline makes of the rows, without a database. */

const second = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 12, 0, seconds));

const records = (parts: Partial<RequestRecords> = {}): RequestRecords => ({
  head: { client: 'arcade' } as RequestRecords['head'],
  ...{ errors: [], batches: [], events: [], cancellations: [], history: [] },
  ...parts,
});

const step = (at: Date, from: string | null, to: string, changes: Partial<HistoryRecord> = {}): HistoryRecord => ({
  ...{ of: 'request', from, to, stage: from ?? to, reason: 'done', actor: 'worker', at },
  ...changes,
});

const batch = (changes: Partial<BatchRecord>): BatchRecord => ({
  ...{ round: 1, handover: 1, name: 'OMS-1', correlationId: 'c', thunderheadBatchId: null },
  ...{ transactionNo: 2, transactionCount: 3, status: 'PROCESSING_OMS', statusText: '' },
  ...{ createdAt: second(1), sentAt: null, unknownAt: null, confirmedAt: null, updatedAt: second(1) },
  ...changes,
});

const told = (...given: Parameters<typeof timelineOf>) =>
  timelineOf(...given).map(({ title, tone }) => `${title} (${tone})`);

describe('a hand-over', () => {
  test('that was only intended is told by its step, and is not said to have been sent', () => {
    const intended = step(second(1), 'submit', 'submit', { reason: 'intended: hand-over OMS-1' });
    expect(told(records({ history: [step(second(0), null, 'validate'), intended], batches: [batch({})] }), [])).toEqual(
      ['Received from arcade (plain)', 'At submit (plain)'],
    );
  });

  test('whose answer was lost is unknown until Thunderhead confirms it; and then says under which numbers', () => {
    const lost = batch({
      ...{ sentAt: second(1), unknownAt: second(2), confirmedAt: second(30), updatedAt: second(60) },
      ...{ thunderheadBatchId: '4711', status: 'COMPLETED', statusText: 'All transactions completed' },
    });
    expect(told(records({ batches: [lost] }), [])).toEqual([
      'Hand-over sent to Thunderhead (plain)',
      'Not known whether Thunderhead has it: it will be asked, not sent again (waiting)',
      'Confirmed: Thunderhead has it (plain)',
      'Thunderhead reported last: COMPLETED (plain)',
    ]);
    const confirmed = timelineOf(records({ batches: [lost] }), [])[2];
    expect(Object.fromEntries(confirmed?.facts ?? [])).toEqual({
      ...{ 'hand-over': 'OMS-1', 'correlation id': 'c', 'Thunderhead batch': '4711', transaction: '2 of 3' },
    });
  });

  test('that is unknown says by which name and correlation id it is looked for at Thunderhead', () => {
    const unknown = batch({ sentAt: second(1), unknownAt: second(2), updatedAt: second(2) });
    const entries = timelineOf(records({ batches: [unknown] }), []);
    expect(entries.map(({ facts }) => Object.fromEntries(facts ?? []))).toEqual(
      Array(2).fill({ 'hand-over': 'OMS-1', 'correlation id': 'c' }),
    );
  });

  test('that is being followed is told look by look, in the words of each', () => {
    const looks = [1, 2].map((look) =>
      step(second(look), 'poll', 'poll', { reason: `look ${look}: batch is RUNNING` }),
    );
    const entries = timelineOf(records({ history: [step(second(0), 'submit', 'poll'), ...looks] }), []);
    expect(entries.slice(1)).toMatchObject([
      { title: 'At poll', tone: 'plain', detail: 'look 1: batch is RUNNING' },
      { title: 'At poll', tone: 'plain', detail: 'look 2: batch is RUNNING' },
    ]);
  });
});

test('an attempt that failed stands out, and so does whoever set it going again, cancelled it or was refused', () => {
  const history = [
    step(second(0), null, 'validate'),
    step(second(1), 'submit', 'submit', { reason: 'OMS_THUNDERHEAD_FAILED: no composer is free' }),
    step(second(2), 'publish', 'failed'),
    step(second(3), 'failed', 'submit', { actor: 'olga', reason: 'retriggered on the board' }),
    step(second(4), 'submit', 'submit', { actor: 'olga', reason: 'to be cancelled: removed on the board' }),
    step(second(6), 'publish', 'cancelled'),
    step(second(7), 'deliver', 'completed', { of: 'callback', reason: 'answered 204' }),
  ];
  const wish = { round: 2, actor: 'olga', reason: 'a duplicate', askedAt: second(4), passedOnAt: second(5) };
  const action = { id: '1', actor: 'olga', client: 'ops', target: { type: 'document' as const } };
  const audit = [
    { ...action, at: second(3), action: 'document.retry', result: 'done' as const },
    { ...action, at: second(8), action: 'document.unmask', result: 'refused' as const },
  ];
  expect(told(records({ history, cancellations: [wish] }), audit)).toEqual([
    'Received from arcade (plain)',
    'At submit (bad)',
    'Ended: failed (bad)',
    'Set going again: failed → submit (person)',
    'Operator: retry (person)',
    'At submit (person)',
    'Thunderhead asked to stop (waiting)',
    'Ended: cancelled (waiting)',
    'Callback: Ended: completed (good)',
    'Operator: unmask, refused (bad)',
  ]);
});
