import { describe, expect, test } from '@jest/globals';
import type { DocumentItem } from '#processors/document/document.ts';
import type { DocumentGenerator, Handover } from '#processors/document/ports.ts';
import { submit } from '#processors/document/submit.ts';
import type { Progress } from '#processors/engine/progress.ts';

const now = new Date('2026-11-21T10:00:00Z');

/** A generator that has accepted these batches, and remembers what it is asked. */
function generator(accepted: { batchName: string; status: string }[] = []) {
  const handovers: Handover[] = [];
  const found: string[] = [];
  const port: Partial<DocumentGenerator> = {
    async submit(handover) {
      handovers.push(handover);
      return { batchId: 1 };
    },
    async find(correlationId) {
      found.push(correlationId);
      return accepted.map((batch, index) => ({ batchId: 100 + index, ...batch })) as never;
    },
  };
  return { port: port as DocumentGenerator, handovers, found };
}

const reference = {
  find: async () => undefined,
  allows: async () => true,
  configuration: async ({ code, documentName, footerId }: { code: string; documentName: string; footerId: number }) =>
    code === 'BATCH_CONFIG_ID' ? '42' : code === 'SIGNEE_1' ? `${documentName}/${footerId}` : undefined,
};

const document = (progress: Partial<Progress>): DocumentItem => ({
  progress: { runs: 1, round: 1, ...progress } as Progress,
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
  content: { Invoice: { ID: '1' } },
});

const run = async (
  progress: Partial<Progress>,
  accepted?: { batchName: string; status: string }[],
  cancellation?: DocumentItem['cancellation'],
) => {
  const asked = generator(accepted);
  const clock = { now: () => now };
  const timing = { timeoutMs: 1_000, callTimeoutMs: 400, firstPollMs: 50 };
  const stage = submit({ generator: asked.port, reference, clock }, timing);
  const item = { ...document(progress), ...(cancellation && { cancellation }) };
  return { ...asked, outcome: await stage.run(item, new AbortController().signal) };
};

test('what is handed over', async () => {
  const { handovers, found, outcome } = await run({});
  expect(handovers).toEqual([
    {
      batchConfigResId: 42,
      batchName: 'OMS-r-1-1',
      correlationId: 'r-1',
      priority: 7,
      transactionData: '<?xml version="1.0" encoding="UTF-8"?><Invoice><ID>1</ID></Invoice>',
      properties: [
        { name: 'FOOTER_ID', value: '3' },
        { name: 'CUSTOMER_ID', value: 'C-1' },
        { name: 'SIGNEE_1', value: 'IVZRECPA/3' },
      ],
    },
  ]);
  expect(found).toEqual([]);
  expect(outcome).toMatchObject({ kind: 'done', afterMs: 50, facts: { batch: { thunderheadBatchId: 1, round: 1 } } });
});

test.each([
  ['nothing was accepted, and it is sent', { runs: 2 }, [], 1, 1],
  ['its batch was accepted, and it is not sent again', { runs: 2 }, [['OMS-r-1-1', 'RUNNING']], 0, 100],
  [
    'its batch was accepted and has gone wrong, and it is not sent again',
    { runs: 2 },
    [['OMS-r-1-1', 'ERRORED']],
    0,
    100,
  ],
  ['a round before made a batch that is spoilt, and it is sent', { round: 2 }, [['OMS-r-1-1', 'ERRORED']], 1, 1],
  ['a round before made a batch that was stopped, and it is sent', { round: 2 }, [['OMS-r-1-1', 'STOPPED']], 1, 1],
  [
    'a round before made a batch nobody knew of, and it is followed',
    { round: 2 },
    [['OMS-r-1-1', 'COMPLETED']],
    0,
    100,
  ],
  [
    "both rounds made one, and this round's is followed",
    { round: 2, runs: 2 },
    [
      ['OMS-r-1-1', 'COMPLETED'],
      ['OMS-r-1-2', 'QUEUED'],
    ],
    0,
    101,
  ],
])('may have been sent before: %s', async (_, progress, accepted, sent, followed) => {
  const { handovers, found, outcome } = await run(
    progress,
    accepted.map(([batchName = '', status = '']) => ({ batchName, status })),
  );
  expect(found).toEqual(['r-1']);
  expect(handovers).toHaveLength(sent);
  expect(outcome).toMatchObject({ kind: 'done', facts: { batch: { thunderheadBatchId: followed } } });
});

describe('to be cancelled, and may have been sent before', () => {
  const since = (ms: number | null) => ({
    actor: 'client:arcade',
    passedOnAt: ms === null ? null : new Date(now.getTime() - ms),
  });

  test('a call that was given up may still arrive: it is asked for again when none can', async () => {
    const first = await run({ runs: 2 }, [], since(null));
    expect(first.outcome).toEqual({
      ...{ kind: 'wait', afterMs: 400, reason: expect.any(String) },
      facts: { kind: 'stopping', requestId: 'r-1', round: 1, at: now },
    });
    const again = await run({ runs: 3 }, [], since(150));
    expect(again.outcome).toEqual({ kind: 'wait', afterMs: 250, reason: expect.any(String) });
    const last = await run({ runs: 4 }, [], since(400));
    expect(last.outcome).toMatchObject({ kind: 'cancelled' });
    expect([first, again, last].flatMap(({ handovers }) => handovers)).toEqual([]);
  });

  test('it was accepted: it is followed, and stopped from there', async () => {
    const { outcome, handovers } = await run({ runs: 2 }, [{ batchName: 'OMS-r-1-1', status: 'RUNNING' }], since(400));
    expect(outcome).toMatchObject({ kind: 'done', facts: { kind: 'accepted', batch: { thunderheadBatchId: 100 } } });
    expect(handovers).toEqual([]);
  });
});
