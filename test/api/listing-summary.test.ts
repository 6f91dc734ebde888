import { expect, test } from '@jest/globals';
import type { RequestSummary } from '#src/api/requests/summary.ts';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const address = '/api/v1/document-requests';

const summaryOf = async (reader: Pick<Oms, 'fetch'>) =>
  (await reader.fetch(`${address}/summary`)).json as unknown as RequestSummary;

test('the summary counts every request once, by status, stage and source, each client only its own', async () => {
  await using other = await startOms({ environment: eachAlone });
  const empty = await summaryOf(other);
  expect(empty).toMatchObject({ total: 0, sources: [], statuses: { QUEUED: 0, COMPLETED: 0 } });
  expect(empty.stages.map(({ stage, oldestReceivedAt }) => [stage, oldestReceivedAt])).toEqual(
    ['validate', 'submit', 'poll', 'publish'].map((stage) => [stage, null]),
  );
  const late = { notBefore: new Date(Date.now() + 3_600_000).toISOString() };
  const stuck = await other.post(troubled('never'));
  await eventually(async () => (await other.get(stuck)).stage === 'poll');
  const first = await other.get(await other.post(invoice(late)));
  await Promise.all([other.post(invoice(late)), other.post(offer(late))]);
  const ends = [invoice(), invoice(), offer(), troubled('error'), troubled('stop'), invoice({ documentName: 'NO' })];
  await Promise.all(ends.map((body) => other.through(body)));
  const none = { QUEUED: 0, PROCESSING: 0, COMPLETED: 0, REJECTED: 0, FAILED: 0, STOPPED: 0, CANCELLED: 0 };
  const ofArcade = { ...none, QUEUED: 2, PROCESSING: 1, COMPLETED: 2, REJECTED: 1, FAILED: 1, STOPPED: 1 };
  const ofCibt = { ...none, QUEUED: 1, COMPLETED: 1 };
  const summary = await eventually(async () => {
    const now = await summaryOf(other);
    return now.total === 10 && now.statuses.COMPLETED === 3 && now.statuses.STOPPED === 1 && now;
  });
  expect(summary.statuses).toEqual({ ...ofArcade, QUEUED: 3, COMPLETED: 3 });
  expect(summary.sources).toEqual([
    { sourceSystem: 'ARCADE', total: 8, statuses: ofArcade },
    { sourceSystem: 'CIBT', total: 2, statuses: ofCibt },
  ]);
  expect(summary.stages.map(({ inFlight }) => inFlight)).toEqual([3, 0, 1, 0]);
  const { oldestReceivedAt, oldestAgeSeconds } = summary.stages[0] as RequestSummary['stages'][0];
  expect(oldestReceivedAt).toBe(first.receivedAt);
  expect(oldestAgeSeconds).toBe((Date.parse(summary.countedAt) - Date.parse(first.receivedAt)) / 1_000);
  const mine = await summaryOf(other.as('cibt'));
  expect(mine).toMatchObject({ total: 2, statuses: ofCibt, sources: [{ sourceSystem: 'CIBT', total: 2 }] });
  expect(mine.sources).toHaveLength(1);
  expect(mine.stages.map(({ inFlight }) => inFlight)).toEqual([1, 0, 0, 0]);
});
