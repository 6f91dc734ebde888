import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { countOf, growth, percentile, together } from '#admin/past/durations.ts';
import { KnownPeriods } from '#admin/past/known-periods.ts';
import { askPeriod } from '#admin/past/period-query.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';

/** The board's charts of the past, as its page asks for them. */

const hourMs = 3_600_000;
const start = Date.parse('2026-11-21T10:00:00Z');
const day = Date.parse('2026-11-21T00:00:00Z');

let house: Awaited<ReturnType<typeof openHouse>>;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
});
afterEach(() => house[Symbol.asyncDispose]());

async function ask(what: 'history' | 'latency', query: Record<string, string | number>) {
  const range = { from: start - hourMs, to: house.clock.now().getTime() };
  const { status, body } = await house.ask(`metrics/${what}?${new URLSearchParams({ ...range, ...query } as never)}`);
  expect(status).toBe(200);
  return body;
}

const nextHour = () => house.clock.advance(hourMs - ((house.clock.now().getTime() - start) % hourMs));

describe('how many got past a stage, or failed there', () => {
  beforeEach(async () => {
    await house.runAll(await house.offer(3));
    await house.runAll(await house.offer(2, { sandbox: 'error' }));
    await house.runAll(await house.offer(1, { sandbox: 'refuse' }));
    await house.runAll(await house.offer(1, { documentName: 'NOSUCH' }));
    nextHour();
    await house.runAll(await house.offer(4));
    await house.offer(5);
  });

  test.each([
    ['Documents.validate', [6, 4], [1, 0]],
    ['Documents.submit', [5, 4], [1, 0]],
    ['Documents.poll', [3, 4], [2, 0]],
    ['Documents.publish', [7, 4], [0, 0]],
  ])('%s, by the hour', async (queue, completed, failed) => {
    const points = (values: number[]) => values.map((value, hour) => ({ ts: start + hour * hourMs, value }));
    expect(await ask('history', { queue, granularity: 'hour' })).toEqual({
      completed: points(completed),
      failed: points(failed),
    });
  });

  test('of all documents, by the day', async () => {
    expect(await ask('history', { granularity: 'day' })).toEqual({
      completed: [{ ts: day, value: 7 }],
      failed: [{ ts: day, value: 4 }],
    });
  });

  test('what is set going again counts once more', async () => {
    const { jobs } = await house.show('poll', 'failed');
    await house.ask(`queues/Documents.poll/${jobs[0]?.id}/retry`, { method: 'PUT' });
    await house.pool.query(`update document_request set metadata = '[{"key":"CUSTOMER_ID","value":"C-1001"}]'`);
    for (const stage of ['submit', 'poll', 'publish']) {
      await house.run(stage, [jobs[0]?.id ?? '']);
      house.clock.advance(2_000);
    }
    const poll = await ask('history', { queue: 'Documents.poll', granularity: 'hour' });
    expect(poll.completed.map(({ value }: { value: number }) => value)).toEqual([3, 5]);
    expect(poll.failed.map(({ value }: { value: number }) => value)).toEqual([2, 0]);
  });

  test('a queue of the engine room has no past', async () => {
    expect(await ask('history', { queue: 'Engine room.document-poll' })).toEqual({ completed: [], failed: [] });
    expect(await ask('latency', { queue: 'Engine room.document-poll', metric: 'runtime' })).toEqual([]);
  });
});

test('the last sixty minutes, the one that is not over first', async () => {
  await house.runAll(await house.offer(2, { sandbox: 'error' }));
  house.clock.advance(120_000);
  await house.runAll(await house.offer(3));
  const { body } = await house.ask('queues/Documents.poll/metrics');
  expect(body.completed).toMatchObject({ meta: { count: 3, prevCount: 0 }, data: Array(59).fill(0) });
  expect(body.failed).toMatchObject({ meta: { count: 0 }, data: [0, 2, ...Array(57).fill(0)] });
});

test('minutes that are not known yet are a gap in the chart, and not minutes in which nothing was done', async () => {
  await house.runAll(await house.offer(1));
  // Whoever counts the history finds it locked, as long as a look takes.
  const other = await house.pool.connect();
  await other.query('begin; lock table history in access exclusive mode');
  const { body } = await house.ask('queues/Documents.poll/metrics');
  await other.query('rollback');
  other.release();
  expect(body.completed).toMatchObject({ meta: { count: null }, data: Array(59).fill(null) });
  expect(body.failed.data).toEqual(Array(59).fill(null));
});

describe('how long documents were at a stage', () => {
  const near = (ms: number) => ({ asymmetricMatch: (value: number) => Math.abs(value / ms - 1) < growth - 1 });

  test('percentiles by the hour, and of the range as a whole', async () => {
    await house.runAll(await house.offer(9));
    const [slow = ''] = await house.offer(1);
    await house.run('validate', [slow]);
    house.clock.advance(60_000);
    for (const stage of ['submit', 'poll', 'publish']) {
      await house.run(stage, [slow]);
      house.clock.advance(2_000);
    }
    nextHour();
    await house.runAll(await house.offer(10));
    const query = { metric: 'runtime', queue: 'Documents.submit', percentiles: '50,95' };
    expect(await ask('latency', { ...query, granularity: 'hour' })).toEqual([
      { ts: start, count: 10, values: { 50: near(2_000), 95: near(60_000) } },
      { ts: start + hourMs, count: 10, values: { 50: near(2_000), 95: near(2_000) } },
    ]);
    expect(await ask('latency', { ...query, granularity: 'range' })).toEqual([
      { ts: start - hourMs, count: 20, values: { 50: near(2_000), 95: near(2_000) } },
    ]);
    expect(await ask('latency', { metric: 'runtime', percentiles: '50,100', granularity: 'day' })).toEqual([
      { ts: day, count: 20, values: { 50: near(6_000), 100: near(64_000) } },
    ]);
    expect(await ask('latency', { ...query, metric: 'waittime' })).toEqual([]);
  });

  test('percentiles of parts together are those of all their values', () => {
    const steps = (values: number[]) => {
      const counted = new Map<number, number>();
      for (const value of values) {
        const step = Math.floor(Math.log(value) / Math.log(growth));
        counted.set(step, (counted.get(step) ?? 0) + 1);
      }
      return counted;
    };
    const values = Array.from({ length: 1_000 }, (_, index) => 10 + index * 7);
    const all = together([steps(values.slice(0, 100)), steps(values.slice(100, 900)), steps(values.slice(900))]);
    expect(countOf(all)).toBe(1_000);
    for (const percent of [1, 50, 95, 99, 100])
      expect(percentile(all, percent)).toEqual(near(values[percent * 10 - 1] ?? 0));
  });
});

describe('asking is cheap', () => {
  const shown = { stages: ['validate', 'submit', 'poll', 'publish'], always: 'publish' };
  const hour = (index: number) => ({
    from: new Date(start + index * hourMs),
    to: new Date(start + (index + 1) * hourMs),
  });
  /** The same pool; it counts who takes a connection. */
  const counting = () => {
    let taken = 0;
    const connect = () => {
      taken++;
      return house.pool.connect();
    };
    const pool = { connect } as unknown as Pool;
    return { pool, taken: () => taken };
  };

  test('an hour that is over is asked for once, whoever looks; the one that is not, again when it was cheap', async () => {
    await house.runAll(await house.offer(2));
    nextHour();
    house.clock.advance(61_000);
    const { pool, taken } = counting();
    const known = new KnownPeriods({ pool, clock: house.clock, shown, share: 1 });
    const looks = [known.of([[hour(0)], [hour(1)]]), known.of([[hour(0)]])];
    const [[first] = []] = await Promise.all(looks);
    expect(first?.[0]?.counts.get('poll')).toEqual({ completed: 2, failed: 0 });
    expect(taken()).toBe(2);
    await known.of([[hour(0)], [hour(1)]]);
    expect(taken()).toBe(3);
  });

  test('a day that is not over is read by its hours up to now, one that is, as a whole', () => {
    const known = new KnownPeriods({ pool: house.pool, clock: house.clock, shown });
    const yesterday = { from: new Date(day - 24 * hourMs), to: new Date(day) };
    expect(known.partsOf(yesterday)).toEqual([yesterday]);
    expect(known.partsOf({ from: new Date(day), to: new Date(day + 24 * hourMs) })).toHaveLength(11);
  });

  test('of many documents some tell how long all of them took, at every stage', async () => {
    for (let turn = 0; turn < 50; turn++) await house.runAll(await house.offer(1));
    const { durations, counts } = await inTransaction(house.pool, (client) => askPeriod(client, hour(0), shown, 50));
    expect(counts.get('poll')).toEqual({ completed: 50, failed: 0 });
    const sampled = shown.stages.map((stage) => countOf(durations.get(stage) ?? new Map()));
    expect(Math.min(...sampled)).toBeGreaterThan(0);
    expect(sampled.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(51);
  });

  test('a day that takes too long as a whole is read by its hours at the next look', async () => {
    await house.runAll(await house.offer(2));
    house.clock.advance(24 * hourMs);
    const tooLong = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    let taken = 0;
    const connect = () => (taken++ === 0 ? Promise.reject(tooLong) : house.pool.connect());
    const known = new KnownPeriods({ pool: { connect } as unknown as Pool, clock: house.clock, shown });
    const whole = { from: new Date(day), to: new Date(day + 24 * hourMs) };
    expect(await known.of([known.partsOf(whole)])).toEqual([undefined]);
    const hours = known.partsOf(whole);
    expect(hours).toHaveLength(24);
    const [parts = []] = await known.of([hours]);
    expect(parts.reduce((sum, { counts }) => sum + (counts.get('poll')?.completed ?? 0), 0)).toBe(2);
  });

  test('a database that does not answer holds a look up for a moment, and what is not known is left out', async () => {
    const silent = { connect: () => new Promise(() => undefined) } as unknown as Pool;
    const known = new KnownPeriods({ pool: silent, clock: house.clock, shown });
    const startedAt = performance.now();
    expect(await known.of([[hour(0)], [hour(1)]])).toEqual([undefined, undefined]);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});
