import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { openGenerationTimes } from '#src/thunderhead/generation-times.ts';
import { reservoir } from '#src/thunderhead/reservoir.ts';
import { linkTo } from '#test/support/link.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';

let databaseUrl: string;
let pool: Pool;
beforeAll(async () => {
  databaseUrl = await freshDatabase();
  pool = new Pool({ connectionString: databaseUrl, max: 4 });
});
afterAll(() => pool.end());
beforeEach(() => pool.query('truncate generation_time'));

const start = Date.parse('2026-11-21T08:00:00.000Z');
/** One process, on a clock that the test owns. */
function openProcess(database = pool) {
  let now = start;
  const said: string[] = [];
  const times = openGenerationTimes({
    pool: database,
    clock: { now: () => new Date(now) },
    log: { warn: ((_: unknown, text: string) => void said.push(text)) as never },
  });
  return {
    ...{ times, said },
    pass: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => times[Symbol.asyncDispose](),
  };
}

/** A process that lives for these durations. What it has learnt is in the database when it is gone. */
async function learn(durations: readonly number[], name = 'IVZRECPA', database = pool): Promise<void> {
  // As many as are all taken along.
  for (let from = 0; from < durations.length; from += 50) {
    await using one = openProcess(database);
    for (const duration of durations.slice(from, from + 50)) one.times.observe(name, duration);
  }
}
const kept = async (name = 'IVZRECPA'): Promise<readonly number[] | undefined> =>
  (await pool.query('select samples from generation_time where document_name = $1', [name])).rows[0]?.samples;
/** What a process that begins now reads. */
async function medianOf(name = 'IVZRECPA'): Promise<number | undefined> {
  await pool.query(`insert into generation_time values ('MARK', '{1,1,1,1,1}', now()) on conflict do nothing`);
  await using one = openProcess();
  await eventually(() => one.times.median('MARK'));
  return one.times.median(name);
}
const times = (count: number, value: number) => Array.from({ length: count }, () => value);

test('the median is known from five samples on, to the process that learnt it without any delay but the flush', async () => {
  await using one = openProcess();
  for (const duration of [300, 100, 200, 500]) one.times.observe('IVZRECPA', duration);
  await eventually(async () => (await kept())?.length === 4);
  expect(one.times.median('IVZRECPA')).toBeUndefined();
  expect(await medianOf()).toBeUndefined();
  one.times.observe('IVZRECPA', 400);
  expect(await eventually(() => one.times.median('IVZRECPA'))).toBe(300);
  expect(await kept()).toEqual([300, 100, 200, 500, 400]);
  expect(await medianOf()).toBe(300);
  expect(one.times.median('POSHOOFF')).toBeUndefined();
});

test('the newest two hundred are kept, oldest first', async () => {
  const durations = Array.from({ length: 260 }, (_, index) => index + 1);
  await learn(durations);
  expect(await kept()).toEqual(durations.slice(60));
});

test('documents that become twice as fast have another median a hundred documents later, and the other way round', async () => {
  await learn(times(250, 60_000));
  expect(await medianOf()).toBe(60_000);
  await learn(times(99, 30_000));
  expect(await medianOf()).toBe(60_000);
  await learn(times(2, 30_000));
  expect(await medianOf()).toBe(30_000);
  await learn(times(101, 120_000));
  // One hundred and one of 120 s, ninety-nine of 30 s.
  expect(await medianOf()).toBe(120_000);
});

test('what processes learn at the same time of the same names is all kept', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `NAME${index}`);
  const said = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      await using one = openProcess();
      // Each meets the names in another order.
      for (let n = 0; n < names.length; n++)
        for (let i = 0; i < 10; i++) one.times.observe(names[(n + index) % names.length] as string, 1_000 + index);
      return one.said;
    }),
  );
  expect(said.flat()).toEqual([]);
  for (const name of names) {
    const samples = (await kept(name)) as readonly number[];
    expect(samples.toSorted()).toEqual(Array.from({ length: 80 }, (_, index) => 1_000 + Math.floor(index / 10)));
  }
});

test('rows are taken in the order of their names, so that no two processes wait for each other', async () => {
  await learn([1], 'A');
  await learn([1], 'B');
  const other = await pool.connect();
  try {
    await other.query(`begin; select from generation_time where document_name = 'A' for update`);
    await using one = openProcess();
    one.times.observe('B', 2);
    one.times.observe('A', 2);
    await eventually(async () => (await pool.query('select from pg_locks where not granted')).rowCount === 1);
    await other.query(`update generation_time set samples = samples || 3 where document_name = 'B'; commit`);
  } finally {
    other.release();
  }
  expect(await kept('A')).toEqual([1, 2]);
  expect(await kept('B')).toEqual([1, 3, 2]);
});

test('who only reads hears of it half a minute later, and asks no sooner', async () => {
  let asked = 0;
  let answered = 0;
  const counted = {
    query: async (statement: never) => {
      asked++;
      const answer = await pool.query(statement);
      answered++;
      return answer;
    },
  };
  await using one = openProcess(counted as unknown as Pool);
  await eventually(() => answered === 1);
  await learn(times(5, 1_000));
  one.pass(29_999);
  for (let i = 0; i < 100; i++) expect(one.times.median('IVZRECPA')).toBeUndefined();
  expect(asked).toBe(1);
  one.pass(1);
  for (let i = 0; i < 100; i++) one.times.median('IVZRECPA');
  expect(asked).toBe(2);
  expect(await eventually(() => one.times.median('IVZRECPA'))).toBe(1_000);
});

test('of a thousand in two seconds fifty are taken along, from the beginning to the end', async () => {
  {
    await using one = openProcess();
    for (let duration = 1; duration <= 1_000; duration++) one.times.observe('IVZRECPA', duration);
  }
  const samples = (await kept()) as readonly number[];
  expect(samples).toHaveLength(50);
  expect(samples).toEqual(samples.toSorted((a, b) => a - b));
  // That chance leaves out a third of them happens once in two hundred million runs.
  for (const third of [0, 1, 2])
    expect(samples.some((value) => value > third * 333 && value <= (third + 1) * 334)).toBe(true);
});

test('what is no duration is not learnt', async () => {
  await learn([Number.NaN, 0, -1, Number.POSITIVE_INFINITY, 604_800_001]);
  expect(await kept()).toBeUndefined();
  await learn([0.2, 604_800_000]);
  expect(await kept()).toEqual([1, 604_800_000]);
});

test('a database that is away is said seldom, costs nobody an error, and what was known stays', async () => {
  await using link = await linkTo(databaseUrl);
  const far = new Pool({ connectionString: link.url, max: 2 });
  far.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined));
  {
    await learn(times(5, 1_000));
    await using one = openProcess(far);
    expect(await eventually(() => one.times.median('IVZRECPA'))).toBe(1_000);
    link.cut();
    one.pass(30_000);
    one.times.observe('IVZRECPA', 9_000);
    expect(one.times.median('IVZRECPA')).toBe(1_000);
    await eventually(() => one.said.length === 1);
    expect(one.times.median('IVZRECPA')).toBe(1_000);
    link.mend();
    for (let i = 0; i < 10; i++) one.times.observe('IVZRECPA', 2_000);
    expect(await eventually(() => one.times.median('IVZRECPA') === 2_000 && one.times.median('IVZRECPA'))).toBe(2_000);
    expect(one.said.length).toBeLessThanOrEqual(2);
  }
  await far.end();
});

test('a sample of many is fair: the first and the last are as likely in it as any other', () => {
  // Park and Miller's generator: the same numbers in every run.
  let state = 4_711;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
  const seen = Array.from({ length: 20 }, () => 0);
  for (let run = 0; run < 10_000; run++) {
    const sample = reservoir(5, random);
    for (let value = 0; value < 20; value++) sample.add(value);
    expect(sample.values).toHaveLength(5);
    for (const value of sample.values) seen[value] = (seen[value] as number) + 1;
  }
  // 2,500 of each are expected; the standard deviation is 43.
  for (const count of seen) expect(Math.abs(count - 2_500)).toBeLessThan(200);
});
