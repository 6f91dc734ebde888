import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import Joi from 'joi';
import { Pool } from 'pg';
import { openSettings } from '#src/platform/settings.ts';
import { linkTo } from '#test/support/link.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';

let databaseUrl: string;
let pool: Pool;
beforeAll(async () => {
  databaseUrl = await freshDatabase();
  pool = new Pool({ connectionString: databaseUrl, max: 4 });
});
afterAll(() => pool.end());
beforeEach(() => pool.query('truncate setting'));

const calls = Joi.number().integer().min(1);
const key = 'thunderhead.callsPerMinute';

/** One process, on a clock that the test owns; it counts what it asks the database. */
async function openProcess(database: Pick<Pool, 'query'> = pool) {
  let now = 0;
  let asked = 0;
  let answered = 0;
  const said: string[] = [];
  const say = ((about: { reason?: string }, text: string) =>
    void said.push([text, about.reason].filter(Boolean).join(': '))) as never;
  const counted = {
    async query(statement: never) {
      asked++;
      try {
        return await database.query(statement);
      } finally {
        answered++;
      }
    },
  } as unknown as Pool;
  const settings = await openSettings({ pool: counted, log: { warn: say, error: say }, now: () => now });
  return {
    ...{ settings, said },
    current: () => settings.current(key, calls, 100),
    asked: () => asked,
    /** Until nothing is being asked any more. */
    answered: () => eventually(() => asked === answered),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('what nobody has set is the fallback', async () => {
  const { current, said } = await openProcess();
  expect(current()).toBe(100);
  expect(said).toEqual([]);
});

test('a process begins with what was set before', async () => {
  await (await openProcess()).settings.change(key, 300, 'olivia');
  expect((await openProcess()).current()).toBe(300);
});

test('a change is known to who made it at once, and to the others after a second', async () => {
  const [one, other] = [await openProcess(), await openProcess()];
  await one.settings.change(key, 300, 'olivia');
  expect(one.current()).toBe(300);
  other.pass(999);
  expect(other.current()).toBe(100);
  expect(other.asked()).toBe(1);
  other.pass(1);
  other.current();
  await eventually(() => other.current() === 300);
  // That was one question, though it was asked for the value again and again.
  expect(other.asked()).toBe(2);
});

test('a change is not lost to an answer from before it', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  let held = false;
  const slow = {
    query: async (statement: { text: string }) => {
      const answer = await pool.query(statement);
      // The second reading has its answer, but it arrives late.
      if (held && statement.text.startsWith('select')) {
        held = false;
        await gate;
      }
      return answer;
    },
  } as unknown as Pool;
  const one = await openProcess(slow);
  held = true;
  one.pass(1_000);
  one.current();
  await eventually(() => !held);
  const changed = one.settings.change(key, 300, 'olivia');
  await eventually(async () => (await pool.query('select from setting')).rowCount === 1);
  open();
  await changed;
  expect(one.current()).toBe(300);
});

test('a thousand questions in a second ask the database once, and none ask nothing', async () => {
  const { current, pass, asked } = await openProcess();
  for (let i = 0; i < 1_000; i++) current();
  expect(asked()).toBe(1);
  pass(3_600_000);
  expect(asked()).toBe(1);
  for (let i = 0; i < 1_000; i++) current();
  expect(asked()).toBe(2);
});

test('a row that cannot be is ignored, and said once', async () => {
  const { settings, current, pass, said, asked, answered } = await openProcess();
  await settings.change(key, 300, 'olivia');
  await pool.query(`update setting set value = '"many"' where key = $1`, [key]);
  for (let second = 0; second < 5; second++) {
    pass(1_000);
    const before = asked();
    current();
    expect(asked()).toBe(before + 1);
    await answered();
    expect(current()).toBe(100);
  }
  expect(said).toEqual(['a setting that cannot be is ignored: "value" must be a number']);
  // Another one that cannot be is said, too; and one that can is taken.
  await settings.change(key, 0.5, 'olivia');
  expect(current()).toBe(100);
  expect(said).toHaveLength(2);
  await settings.change(key, 200, 'olivia');
  expect(current()).toBe(200);
  expect(said).toHaveLength(2);
});

test('a number in quotes is no number, and what the schema adds is there', async () => {
  const { settings, current } = await openProcess();
  await settings.change(key, '300', 'olivia');
  expect(current()).toBe(100);
  await settings.change('batches', { size: 50 }, 'olivia');
  const batches = Joi.object({ size: Joi.number().required(), lingerMs: Joi.number().default(200) });
  expect(settings.current('batches', batches, undefined)).toEqual({ size: 50, lingerMs: 200 });
});

test('one row that is asked for under two schemas is held against each', async () => {
  const { settings, said } = await openProcess();
  await settings.change(key, 300, 'olivia');
  const few = Joi.number().max(200);
  for (let i = 0; i < 3; i++) {
    expect(settings.current(key, calls, 100)).toBe(300);
    expect(settings.current(key, few, 150)).toBe(150);
  }
  expect(said).toHaveLength(1);
});

test('what was set, by whom and when, can be listed', async () => {
  const { settings } = await openProcess();
  const before = Date.now();
  await settings.change('b', { size: 50 }, 'olivia');
  await settings.change('a', 1, 'olivia');
  await settings.change('a', 2, 'oscar');
  const list = await settings.list();
  expect(list).toEqual([
    { key: 'a', value: 2, changedBy: 'oscar', changedAt: expect.any(Date) },
    { key: 'b', value: { size: 50 }, changedBy: 'olivia', changedAt: expect.any(Date) },
  ]);
  for (const { changedAt } of list) expect(changedAt.getTime()).toBeGreaterThanOrEqual(before - 1);
});

test('a change that the database refuses changes nothing', async () => {
  const { settings, current } = await openProcess();
  await settings.change(key, 300, 'olivia');
  await expect(settings.change(key, undefined, 'olivia')).rejects.toThrow(/not-null/);
  expect(current()).toBe(300);
});

test('while the database is away the last known values stay, it is asked once a second, and then new ones come', async () => {
  await using link = await linkTo(databaseUrl);
  const far = new Pool({ connectionString: link.url, max: 2 });
  far.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined));
  const one = await openProcess(far);
  await one.settings.change(key, 300, 'olivia');
  link.cut();
  const before = one.asked();
  for (let second = 1; second <= 5; second++) {
    one.pass(1_000);
    for (let i = 0; i < 100; i++) expect(one.current()).toBe(300);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(one.asked() - before).toBeLessThanOrEqual(5);
  await eventually(() => one.said.length === 1);
  await expect(one.settings.change(key, 400, 'olivia')).rejects.toThrow();
  await expect(one.settings.list()).rejects.toThrow();
  expect(one.current()).toBe(300);
  await (await openProcess()).settings.change(key, 500, 'oscar');
  link.mend();
  await eventually(() => {
    one.pass(1_000);
    return one.current() === 500;
  });
  expect(one.said[0]).toMatch(/last known/);
  await far.end();
});

test('a process whose database is away begins with the fallback, and says so', async () => {
  const nobody = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing', max: 1 });
  const { current, said } = await openProcess(nobody);
  expect(current()).toBe(100);
  expect(said).toHaveLength(1);
  await nobody.end();
});

test('a database that does not answer at all does not keep the next question from being asked', async () => {
  await pool.query(`insert into setting values ($1, '300', 'olivia', now())`, [key]);
  const one = await openProcess();
  const client = await pool.connect();
  try {
    // Whoever reads the table waits for as long as the lock is held.
    await client.query('begin; lock table setting in access exclusive mode');
    for (let second = 0; second < 5; second++) {
      one.pass(1_000);
      expect(one.current()).toBe(300);
    }
    // Connections are few: none waits beside another for the same answer.
    expect(one.asked()).toBe(2);
    await eventually(() => one.said.length === 1);
    expect(one.current()).toBe(300);
    await client.query(`update setting set value = '400'; commit`);
  } finally {
    client.release();
  }
  await eventually(() => {
    one.pass(1_000);
    return one.current() === 400;
  });
});
