import { expect, test } from '@jest/globals';
import type { Intent } from '#processors/document/intents.ts';
import type { CallResult } from '#src/thunderhead/answer.ts';
import { partsOf } from '#src/thunderhead/call-part.ts';
import { conclude } from '#src/thunderhead/conclude.ts';
import { waiting } from './documents.ts';

const now = new Date('2026-11-28T10:00:00Z');

/** A call with so many documents, and what it came to. */
async function concluded(count: number, called: CallResult) {
  const documents = Array.from({ length: count }, () => waiting());
  const going = partsOf(
    documents.map((one) => ({ waiting: one, handover: one.handover, element: '<a/>' })),
    now,
  );
  const kept: [string, number, string][] = [];
  const keep =
    (what: string) =>
    async ({ batches, reason }: Intent) =>
      void kept.push([what, batches.length, reason]);
  const intents = {
    ...{ store: async () => new Set<string>(), withdraw: keep('withdrawn') },
    ...{ markUnknown: keep('unknown'), close: keep('closed') },
  };
  const again = await conclude(called, going, { intents, clock: { now: () => now } }, (one, answer) =>
    one.answer(answer),
  );
  return {
    going,
    kept,
    again,
    kinds: documents.map(({ answers }) => answers[0]?.kind),
    answers: documents.map(({ answers }) => answers[0]),
  };
}

const answered = (status: number, json: unknown): CallResult => ({
  kind: 'answered',
  answer: { status, headers: {}, text: JSON.stringify(json) },
});
const refusal = (details: unknown[]) => answered(422, { error: { code: 'TH-1003', message: 'no', details } });

test('accepted: every document has its place in the batch, and nothing is left to write', async () => {
  const { answers, kept, again } = await concluded(3, answered(202, { batchId: 77 }));
  expect(answers).toMatchObject(
    [1, 2, 3].map((no) => ({
      kind: 'accepted',
      batch: { thunderheadBatchId: 77, transactionNo: no, transactionCount: 3 },
    })),
  );
  expect([kept, again]).toEqual([[], []]);
});

test('an answer 202 without a number tells nothing: the outcome is unknown', async () => {
  const { kinds, kept } = await concluded(2, answered(202, {}));
  expect(kinds).toEqual(['unknown', 'unknown']);
  expect(kept).toEqual([['unknown', 2, expect.stringContaining('202')]]);
});

test('no answer: unknown, and the intents stay', async () => {
  const { kinds, kept } = await concluded(2, { kind: 'unanswered', reason: 'it timed out' });
  expect([kinds, kept]).toEqual([['unknown', 'unknown'], [['unknown', 2, 'unknown: sent, but it timed out']]]);
});

test('the name was used before: that is looked into, and not sent under another one', async () => {
  const { kinds, kept } = await concluded(1, answered(409, { error: { code: 'TH-1409', message: 'used' } }));
  expect([kinds, kept.map(([what]) => what)]).toEqual([['unknown'], ['unknown']]);
});

test('not now: nothing was accepted, the intents are withdrawn', async () => {
  const { kinds, kept } = await concluded(2, { kind: 'later', afterMs: 5, reason: 'throttled' });
  expect([kinds, kept]).toEqual([['later', 'later'], [['withdrawn', 2, 'not accepted: throttled']]]);
});

test('alone and refused: it is to blame', async () => {
  const { kinds, again, kept } = await concluded(1, refusal([]));
  expect([kinds, again]).toEqual([['refused'], []]);
  // On disk at once: whoever finds the document after a crash need not ask.
  expect(kept).toEqual([['closed', 1, expect.any(String)]]);
});

test('those that a refusal names are to blame; the others go again, in full company', async () => {
  const { kinds, again, kept, going } = await concluded(5, refusal([{ transactionNo: 2 }, { transactionNo: 4 }]));
  expect(kinds).toEqual([undefined, 'refused', undefined, 'refused', undefined]);
  expect(again).toEqual([going[0], going[2], going[4]].map((part) => part?.waiting));
  expect(again.map(({ most }) => most)).toEqual([undefined, undefined, undefined]);
  expect(kept).toEqual([
    ['closed', 2, expect.any(String)],
    ['withdrawn', 3, expect.stringContaining('TH-1003')],
  ]);
});

test.each([[[]], [[{ transactionNo: 99 }]], ['text']])(
  'a refusal that names nobody of them (%j): halves',
  async (details) => {
    const { kinds, again } = await concluded(5, refusal(details as unknown[]));
    expect(kinds).toEqual(Array(5).fill(undefined));
    expect(again.map(({ most }) => most)).toEqual(Array(5).fill(3));
  },
);

test('the job server failed at it: an attempt of each, and nothing is left open', async () => {
  const { kinds, kept } = await concluded(
    2,
    answered(502, { error: { code: 'TH-2500', faultcode: 'soapenv:Server' } }),
  );
  expect([kinds, kept.map(([what]) => what)]).toEqual([['failed', 'failed'], ['withdrawn']]);
});
