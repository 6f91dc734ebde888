import { expect, test } from '@jest/globals';
import { postInBulk } from '#test/support/bulk.ts';
import { invoice, offer } from '#test/support/documents.ts';
import type { Oms } from '#test/support/oms.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const one = async (oms: Oms, sql: string, values: unknown[] = []) => (await oms.pool.query(sql, values)).rows[0];

const documents = 300;

const endedCount = async (oms: Oms): Promise<number> =>
  (await one(oms, 'select count(*)::int as n from progress where ended_at is not null')).n;

test.concurrent.each(['unavailable', 'refuse', 'hang', 'gateway-500'])(
  'Thunderhead is away (%s): documents wait, no attempt is burnt, one call a time looks; then all of it goes through, once',
  async (mode) => {
    await using oms = await startOms({
      logLevel: 'trace',
      environment: { THUNDERHEAD_TIMEOUT_MS: '1000', THUNDERHEAD_BATCH_SIZE: '10' },
    });
    await oms.through(invoice());
    await oms.sandbox.turn('outage', { mode });
    await postInBulk(oms, many(documents, invoice));
    await eventually(() => oms.log.some(({ msg }) => msg.startsWith('Thunderhead does not answer')));
    const before = await quietCount(oms);
    // It rests five seconds, then one call looks whether it is back, and finds that it is not.
    await eventually(async () => (await callCount(oms)) > before, { timeoutMs: 20_000, everyMs: 200 });
    expect((await callCount(oms)) - before).toBe(1);
    expect(await one(oms, 'select max(attempts)::int as most from progress')).toEqual({ most: 0 });
    expect(await endedCount(oms)).toBe(1);
    await oms.sandbox.turn('outage', { mode: 'none' });
    await eventually(async () => (await endedCount(oms)) === 1 + documents, { timeoutMs: 60_000, everyMs: 200 });
    expect(await one(oms, `select count(*)::int as n from progress where ended_as <> 'completed'`)).toEqual({ n: 0 });
    const { rows } = await oms.pool.query(
      `select reason, count(*) from history where reason like 'OMS_%' and stage in ('submit', 'poll') group by 1`,
    );
    expect(rows).toEqual([]);
    expect((await oms.sandbox.counts()).acceptedTwice).toEqual([]);
    expect(oms.log.map(({ msg }) => msg)).toContain('Thunderhead answers again');
  },
  90_000,
);

/** What was under way when the breaker opened is through. */
const quietCount = async (oms: Oms): Promise<number> => {
  let last = -1;
  return eventually(
    async () => {
      const count = await callCount(oms);
      const isQuiet = count === last;
      last = count;
      return isQuiet && count;
    },
    { everyMs: 700 },
  );
};

const callCount = async (oms: Oms): Promise<number> =>
  Object.values((await oms.sandbox.counts()).calls).reduce((sum, count) => sum + count, 0);

test('a source with a hundred times as many documents waiting does not starve another, and weights count', async () => {
  await using oms = await startOms({
    environment: { THUNDERHEAD_CALLS_PER_MINUTE: '600', THUNDERHEAD_BATCH_SIZE: '5' },
  });
  await oms.pool.query(
    `update reference_data set attributes = attributes || '{"weight": 2}' where type = 'SOURCE_SYSTEM' and code = 'CIBT'`,
  );
  await eventually(async () => (await oms.fetch('/health/ready')).status === 200);
  // One bulk source first; when its documents wait for the budget, the other one comes.
  await postInBulk(oms, many(3_000, invoice));
  await eventually(async () => (await one(oms, 'select count(*)::int as n from batch')).n > 50);
  await postInBulk(oms, many(600, offer));
  const [cibt, arcade] = await Promise.all(
    ['CIBT', 'ARCADE'].map((source) => ({
      confirmed: async () =>
        (
          await one(
            oms,
            'select count(*)::int as n from batch join document_request r on r.id = request_id where source_system = $1 and confirmed_at is not null',
            [source],
          )
        ).n as number,
    })),
  );
  // While both wait: from when the second one is under way until it is nearly through.
  await eventually(async () => ((await cibt?.confirmed()) ?? 0) >= 50, { timeoutMs: 60_000, everyMs: 100 });
  const from = [await cibt?.confirmed(), await arcade?.confirmed()] as [number, number];
  await eventually(async () => ((await cibt?.confirmed()) ?? 0) >= 400, { timeoutMs: 60_000, everyMs: 100 });
  const to = [await cibt?.confirmed(), await arcade?.confirmed()] as [number, number];
  const [ofCibt, ofArcade] = [to[0] - from[0], to[1] - from[1]];
  const share = ofCibt / (ofCibt + ofArcade);
  expect(share).toBeGreaterThan((2 / 3) * 0.8);
  expect(share).toBeLessThan((2 / 3) * 1.2);
}, 120_000);
