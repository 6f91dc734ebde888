import { expect, test } from '@jest/globals';
import { postInBulk } from '#test/support/bulk.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

test('10,000 documents in bulk, at a hundred calls a second: at most a tenth of a call each', async () => {
  await using oms = await startOms({ batchMs: 400, environment: { THUNDERHEAD_CALLS_PER_MINUTE: '6000' } });
  const documents = 10_000;
  await postInBulk(oms, many(documents, invoice));
  await eventually(
    async () =>
      (await oms.pool.query(`select count(*)::int as done from progress where ended_as = 'completed'`)).rows[0].done ===
      documents,
    { timeoutMs: 60_000 },
  );
  const { calls, accepted, acceptedTwice } = await oms.sandbox.counts();
  const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
  expect([accepted, acceptedTwice]).toEqual([documents, []]);
  expect(all / documents).toBeLessThanOrEqual(0.1);
}, 90_000);

test.each(['reject', 'client-fault'])(
  'a chunk with one poison document (%s): it is refused alone, the other 49 are made at once',
  async (poison) => {
    await using oms = await startOms();
    const bodies = [...many(20, invoice), troubled(poison), ...many(29, invoice)];
    const ids = await postInBulk(oms, bodies);
    const views = await Promise.all(ids.map((id) => oms.finished(id)));
    expect(views.map(({ status }) => status)).toEqual(ids.map((_, index) => (index === 20 ? 'REJECTED' : 'COMPLETED')));
    const histories = await Promise.all(ids.map((id) => oms.history(id)));
    // Nobody waited for a back-off: no fault, and no wait that had to be told.
    expect(
      histories
        .flat()
        .filter(({ reason }) => reason.startsWith('OMS_'))
        .map(({ reason }) => reason),
    ).toEqual([expect.stringMatching(/^OMS_THUNDERHEAD_REFUSED/)]);
    const { accepted, acceptedTwice } = await oms.sandbox.counts();
    expect([accepted, acceptedTwice]).toEqual([49, []]);
  },
);

test('one document of a batch goes wrong: it fails alone, and says why', async () => {
  await using oms = await startOms();
  const ids = await postInBulk(oms, [...many(9, invoice), troubled('error')]);
  const views = await Promise.all(ids.map((id) => oms.finished(id)));
  expect(views.map(({ status }) => status)).toEqual([...Array(9).fill('COMPLETED'), 'FAILED']);
  const [good, bad] = [views[0], views[9]];
  expect(bad?.batch).toMatchObject({ status: 'FAILED_THUNDERHEAD', dmsDocumentId: null });
  expect(bad?.errors).toMatchObject([{ code: 'OMS_BATCH_ERRORED', details: { messages: [{ code: '10234' }] } }]);
  expect(good?.errors).toEqual([]);
  expect(new Set(views.slice(0, 9).map(({ batch }) => batch?.dmsDocumentId)).size).toBe(9);
  const { status, bytes } = await oms.fetch(`/api/v1/document-requests/${good?.id}/document`);
  expect([status, bytes.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
});
