import { describe, expect, test } from '@jest/globals';
import type { DocumentItem, KnownBatch } from '#processors/document/document.ts';
import type { BatchReport, Handover, HandoverAnswer, Later } from '#processors/document/ports.ts';
import { submit } from '#processors/document/submit.ts';
import type { Progress } from '#processors/engine/progress.ts';

const now = new Date('2026-11-21T10:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

const batch = (changes: Partial<KnownBatch> = {}): KnownBatch => ({
  ...{ id: 'b-1', round: 1, handover: 1, correlationId: 'r-1', name: 'OMS-r-1-1', thunderheadBatchId: null },
  ...{ transactionNo: 1, transactionCount: 1, status: 'PROCESSING_OMS', dmsDocumentId: null, intendedAt: ago(100) },
  confirmedAt: null,
  unanswered: 1,
  ...changes,
});

const reference = {
  find: async (type: string) => (type === 'SOURCE_SYSTEM' ? { attributes: { weight: 3 } } : undefined) as never,
  allows: async () => true,
  configuration: async ({ code, documentName, footerId }: { code: string; documentName: string; footerId: number }) =>
    code === 'BATCH_CONFIG_ID' ? '42' : code === 'SIGNEE_1' ? `${documentName}/${footerId}` : undefined,
};

const document = (progress: Partial<Progress>): DocumentItem => ({
  progress: { runs: 1, round: 1, attempts: 0, since: ago(100_000), ...progress } as Progress,
  id: 'r-1',
  sourceSystem: 'ARCADE',
  requestCorrelationId: 'c-1',
  documentType: 'INVOICE',
  documentName: 'IVZRECPA',
  documentLanguage: 'nb',
  sourceEnvironment: 'TEST',
  priority: 7,
  metadata: [
    { key: 'FOOTER_ID', value: '3' },
    { key: 'CUSTOMER_ID', value: 'C-1' },
  ],
  contentBytes: 900,
});

const later: Later = { kind: 'later', afterMs: 700, reason: 'Thunderhead is being left alone' };

interface Situation {
  progress?: Partial<Progress>;
  batch?: KnownBatch;
  cancellation?: DocumentItem['cancellation'];
  /** What Thunderhead says of a hand-over that is not confirmed. */
  found?: number | null | Later;
  answer?: HandoverAnswer;
  median?: number;
}

/** One run of the stage, with what was sent and what was asked. */
async function run(situation: Situation) {
  const handovers: Handover[] = [];
  const asked: string[] = [];
  const generator = {
    async submit(handover: Handover): Promise<HandoverAnswer> {
      handovers.push(handover);
      return situation.answer ?? { kind: 'accepted', batch: batch({ thunderheadBatchId: 1 }) };
    },
    async find({ name }: { name: string }) {
      asked.push(name);
      const { found = null } = situation;
      return typeof found === 'number' ? ({ batchId: found } as BatchReport) : found;
    },
  };
  const timing = { callTimeoutMs: 400, unknownGraceMs: 600, unknownDeadlineMs: 60_000, firstPollMs: 50 };
  const times = { median: () => situation.median };
  const stage = submit({ generator, reference, times, clock: { now: () => now } }, timing);
  const { batch: known, cancellation } = situation;
  const item = {
    ...document(situation.progress ?? {}),
    ...(known && { batch: known }),
    ...(cancellation && { cancellation }),
  };
  const outcome = await stage.run(item, new AbortController().signal).catch((fault: Error) => fault);
  return { outcome, handovers, asked };
}

test('what is handed over', async () => {
  const { handovers, asked, outcome } = await run({});
  expect(handovers).toEqual([
    {
      ...{ batchConfigResId: 42, priority: 7, sourceSystem: 'ARCADE', weight: 3, no: 1, contentBytes: 900 },
      progress: expect.objectContaining({ round: 1 }),
      returning: false,
      properties: [
        { name: 'FOOTER_ID', value: '3' },
        { name: 'CUSTOMER_ID', value: 'C-1' },
        { name: 'SIGNEE_1', value: 'IVZRECPA/3' },
      ],
    },
  ]);
  expect(asked).toEqual([]);
  expect(outcome).toEqual({
    ...{ kind: 'done', afterMs: 50, reason: 'confirmed, batch 1' },
    facts: { kind: 'confirmed', batchId: 'b-1', thunderheadBatchId: 1, at: now },
  });
});

test('it is looked at first when half the documents of its name are done, and a twentieth later', async () => {
  expect((await run({ median: 4_200 })).outcome).toMatchObject({ kind: 'done', afterMs: 4_410 });
});

test('a run before that did not come to send anything needs no question', async () => {
  const { asked, handovers } = await run({ progress: { runs: 4 } });
  expect([asked.length, handovers.length, handovers[0]?.returning]).toEqual([0, 1, true]);
});

describe('a hand-over that is not confirmed', () => {
  test.each([1, 2])('was accepted: it is followed, and nothing is sent (asked in round %i)', async (round) => {
    const { outcome, handovers, asked } = await run({ batch: batch(), found: 100, progress: { round } });
    expect(asked).toEqual(['OMS-r-1-1']);
    expect(handovers).toEqual([]);
    expect(outcome).toMatchObject({
      ...{ kind: 'done', afterMs: 0, reason: 'confirmed: it had been accepted, batch 100' },
      facts: { kind: 'confirmed', batchId: 'b-1', thunderheadBatchId: 100 },
    });
  });

  test('Thunderhead does not have it yet: it may still arrive, so nothing is sent', async () => {
    const { outcome, handovers } = await run({ batch: batch({ intendedAt: ago(300) }) });
    expect(outcome).toMatchObject({ kind: 'wait', afterMs: 700 });
    expect(handovers).toEqual([]);
  });

  test('Thunderhead does not have it, and no call can be on its way any more: it is handed over anew', async () => {
    const { outcome, handovers } = await run({ batch: batch({ intendedAt: ago(1_000) }) });
    expect(handovers).toMatchObject([{ no: 2 }]);
    expect(outcome).toMatchObject({ kind: 'done' });
  });

  test('nobody can be asked: it waits, and nothing is sent, however long ago it was', async () => {
    const { outcome, handovers } = await run({ batch: batch({ intendedAt: ago(59_000) }), found: later });
    expect(outcome).toEqual({ kind: 'wait', afterMs: 700, reason: later.reason, postponed: true });
    expect(handovers).toEqual([]);
  });

  test('nobody can be asked, and it was set going again: its time begins anew', async () => {
    const since = ago(59_000);
    const { outcome } = await run({ batch: batch({ intendedAt: ago(3_600_000) }), found: later, progress: { since } });
    expect(outcome).toMatchObject({ kind: 'wait', afterMs: 700 });
  });

  test('nobody could be asked until its time is over: an operator decides', async () => {
    const { outcome, handovers } = await run({ batch: batch({ intendedAt: ago(60_001) }), found: later });
    expect(outcome).toMatchObject({ failure: { code: 'OMS_HANDOVER_UNKNOWN', category: 'TIMEOUT' }, final: true });
    expect(handovers).toEqual([]);
  });

  test.each([
    ['the third that Thunderhead left without an answer', { handover: 3, unanswered: 3 }],
    ['the tenth of all', { handover: 10, unanswered: 0 }],
  ])('%s: an operator decides', async (_, counts) => {
    const { outcome, handovers } = await run({ batch: batch({ ...counts, intendedAt: ago(1_000) }) });
    expect(outcome).toMatchObject({ failure: { code: 'OMS_HANDOVER_UNANSWERED' }, final: true });
    expect(handovers).toEqual([]);
  });

  test('those that were lost because a worker died are nobody’s silence: it is handed over anew', async () => {
    const { handovers } = await run({ batch: batch({ handover: 6, unanswered: 2, intendedAt: ago(1_000) }) });
    expect(handovers).toMatchObject([{ no: 7 }]);
  });

  test('and when the operator has decided, it is sent after one more question', async () => {
    const known = batch({ handover: 3, unanswered: 3, intendedAt: ago(90_000) });
    const { asked, handovers } = await run({ batch: known, progress: { round: 2 } });
    expect(asked).toEqual(['OMS-r-1-1']);
    expect(handovers).toMatchObject([{ no: 1, progress: { round: 2 } }]);
  });
});

describe('a batch that Thunderhead had and did not know any more', () => {
  const known = batch({ status: 'PROCESSING_THUNDERHEAD', thunderheadBatchId: 100, intendedAt: ago(90_000) });

  test('is asked about first, and followed when it is there again', async () => {
    const { outcome, handovers } = await run({ batch: known, found: 100, progress: { round: 2 } });
    expect(outcome).toMatchObject({ kind: 'done', facts: { kind: 'confirmed', thunderheadBatchId: 100 } });
    expect(handovers).toEqual([]);
  });

  test('is handed over anew when it is still not there', async () => {
    const { asked, handovers } = await run({ batch: known, found: null, progress: { round: 2 } });
    expect([asked, handovers.length]).toEqual([['OMS-r-1-1'], 1]);
  });
});

test.each(['FAILED_THUNDERHEAD', 'STOPPED_THUNDERHEAD', 'FAILED_OMS'] as const)(
  'a batch of an earlier round that is %s is no question any more',
  async (status) => {
    const { asked, handovers } = await run({ batch: batch({ status }), progress: { round: 2 } });
    expect([asked, handovers.length]).toEqual([[], 1]);
  },
);

describe('to be cancelled', () => {
  const cancellation = { actor: 'client:arcade', passedOnAt: null };

  test('nothing was ever sent: it ends at once', async () => {
    const { outcome, handovers } = await run({ cancellation, progress: { runs: 5 } });
    expect(outcome).toMatchObject({ kind: 'cancelled' });
    expect(handovers).toEqual([]);
  });

  test('a call may still arrive: it is asked for again when none can', async () => {
    const first = await run({ cancellation, batch: batch({ intendedAt: ago(10) }) });
    expect(first.outcome).toMatchObject({ kind: 'wait', afterMs: 990 });
    const last = await run({ cancellation, batch: batch({ intendedAt: ago(1_000) }) });
    expect(last.outcome).toMatchObject({ kind: 'cancelled', facts: { kind: 'unaccepted', batchId: 'b-1' } });
    expect([first, last].flatMap(({ handovers }) => handovers)).toEqual([]);
  });

  test('it was accepted: it is followed, and stopped from there', async () => {
    const { outcome, handovers } = await run({ cancellation, batch: batch(), found: 100 });
    expect(outcome).toMatchObject({ kind: 'done', facts: { kind: 'confirmed', thunderheadBatchId: 100 } });
    expect(handovers).toEqual([]);
  });
});

describe('what Thunderhead answers', () => {
  const message = { code: 'TH-1003', message: 'no' };

  test('later: it waits, and burns no attempt', async () => {
    expect((await run({ answer: later })).outcome).toMatchObject({ kind: 'wait', afterMs: 700, postponed: true });
  });

  test('nothing that tells: it is asked about soon, and burns no attempt', async () => {
    const { outcome } = await run({ answer: { kind: 'unknown', reason: 'unknown: sent, but no answer' } });
    expect(outcome).toMatchObject({ kind: 'wait', afterMs: 600, postponed: true });
  });

  test('it refuses the document: an answer', async () => {
    const { outcome } = await run({ answer: { kind: 'refused', message } });
    expect(outcome).toMatchObject({
      ...{ kind: 'reject', failure: { code: 'OMS_THUNDERHEAD_REFUSED', details: { code: 'TH-1003' } } },
    });
  });

  test('nothing, because the content makes no XML: no time will heal it', async () => {
    const { outcome } = await run({ answer: { kind: 'unusable', reason: 'the content makes no XML: a name' } });
    expect(outcome).toMatchObject({
      ...{ kind: 'reject', failure: { code: 'OMS_CONTENT_UNUSABLE', category: 'VALIDATION_ERROR' } },
    });
  });

  test('it failed at the document: tried again, as often as faults are', async () => {
    const { outcome } = await run({ answer: { kind: 'failed', message } });
    expect(outcome).toMatchObject({ failure: { code: 'OMS_THUNDERHEAD_FAILED' }, final: false });
  });
});
