import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { reopen } from '#processors/engine/reopen.ts';
import { gapsIn } from '#test/support/client.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({
    environment: {
      POLL_DEADLINE_MS: '400',
      // Nobody rings for what is reopened here: the sweep does.
      SWEEP_INTERVAL_MS: '50',
      SWEEP_GRACE_MS: '50',
    },
  });
});
afterAll(() => oms?.close());

/** An operator sets it going again; answers where it stands when it has ended once more. */
async function again(id: string) {
  const reopened = await reopen(oms.pool, [id], { actor: 'admin', reason: 'the cause is mended', now: new Date() });
  expect(reopened.map((progress) => progress.id)).toEqual([id]);
  const { attempt } = await oms.get(id);
  const view = await oms.finished(id);
  expect(view.attempt).toBe(attempt);
  return view;
}

/** Both ends were published, and can be told apart and put in order. */
async function expectTwoEvents(id: string, ...statuses: [string, string]): Promise<void> {
  const events = await oms.events(id, 2);
  expect(events.map(({ data }) => data)).toMatchObject([
    { status: statuses[0], attempt: 1, statusVersion: 1 },
    { status: statuses[1], attempt: 2, statusVersion: 2 },
  ]);
  expect(events[0]?.id).not.toBe(events[1]?.id);
  expect(gapsIn(await oms.history(id))).toEqual([]);
}

test('a spoilt batch: the document is handed over anew', async () => {
  const { id, batch } = await oms.through(troubled('error'));
  const view = await again(id);
  expect(view).toMatchObject({
    status: 'FAILED',
    attempt: 2,
    batch: { name: `OMS-${id}-2`, status: 'FAILED_THUNDERHEAD' },
  });
  expect(view.errors).toEqual([expect.objectContaining({ code: 'OMS_BATCH_ERRORED', stage: 'poll', attempts: 2 })]);
  expect(view.batch?.id).not.toBe(batch?.id);
  expect((await oms.sandbox.accepted(id)).map(({ batchName }) => batchName)).toEqual([`OMS-${id}-1`, `OMS-${id}-2`]);
  expect((await oms.sandbox.counts()).acceptedTwice).toEqual([]);
  const history = await oms.history(id);
  expect(history.find(({ actor }) => actor === 'admin')).toMatchObject({
    from: 'failed',
    to: 'submit',
    reason: 'the cause is mended',
  });
  await expectTwoEvents(id, 'FAILED', 'FAILED');
  const [first, second] = await oms.events(id, 2);
  expect(first?.data).toMatchObject({ batch: { name: `OMS-${id}-1` } });
  expect(second?.data).toMatchObject({ batch: { name: `OMS-${id}-2` } });
});

test('a batch that took too long: it is followed on, not made again', async () => {
  const late = await oms.through(troubled('slow:1500'));
  const { id } = late;
  expect(late).toMatchObject({ status: 'FAILED', batch: { status: 'PROCESSING_THUNDERHEAD' } });
  expect(late.errors).toEqual([
    expect.objectContaining({ stage: 'poll', category: 'TIMEOUT', code: 'OMS_BATCH_OVERDUE', nextRetryAt: null }),
  ]);
  const waited = Date.parse(late.endedAt as string) - Date.parse(late.receivedAt);
  expect(waited).toBeGreaterThan(400);
  let view = await again(id);
  // Its deadline counts from the retrigger; the batch may need another round.
  while (view.status === 'FAILED' && view.attempt < 5) view = await again(id);
  expect(view).toMatchObject({ status: 'COMPLETED', errors: [], batch: { id: late.batch?.id, status: 'COMPLETED' } });
  expect(await oms.sandbox.accepted(id)).toHaveLength(1);
  const events = await oms.events(id, view.attempt);
  expect(events.map(({ data }) => data)).toMatchObject(
    events.map((_, n) => ({ statusVersion: n + 1, status: n + 1 < events.length ? 'FAILED' : 'COMPLETED' })),
  );
  expect(new Set(events.map((event) => event.id)).size).toBe(view.attempt);
});

test('a rejected document, once the reference data knows it', async () => {
  const { id, status } = await oms.through(invoice({ documentName: 'IVNEWONE' }));
  expect(status).toBe('REJECTED');
  await oms.pool.query(`insert into reference_data (id, type, code, description, attributes, effective_from, effective_to)
    values (gen_random_uuid(), 'DOCUMENT_NAME', 'IVNEWONE', '', '{"documentType": "INVOICE"}', '2020-01-01', '4712-12-31')`);
  let view = await again(id);
  // The rows that are read may be two seconds old.
  while (view.status === 'REJECTED') view = await again(id);
  expect(view).toMatchObject({ status: 'COMPLETED', errors: [], batch: { name: `OMS-${id}-${view.attempt}` } });
  expect(await oms.sandbox.accepted(id)).toHaveLength(1);
});

test('what has completed, is still on its way, or does not exist is left alone', async () => {
  const [completed, moving] = [await oms.through(invoice()), await oms.post(troubled('never'))];
  const nobody = '01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8';
  expect(
    await reopen(oms.pool, [completed.id, moving, nobody], { actor: 'admin', reason: '', now: new Date() }),
  ).toEqual([]);
  expect((await oms.get(completed.id)).attempt).toBe(1);
});
