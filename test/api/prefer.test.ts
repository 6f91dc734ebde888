import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool, type QueryConfig } from 'pg';
import { preferencesOf, waitOf } from '#src/api/waiting/prefer.ts';
import { RequestWatch } from '#src/api/waiting/request-watch.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';

describe('the Prefer header (RFC 7240)', () => {
  test.each<[header: string | string[] | undefined, preferences: Record<string, string>]>([
    [undefined, {}],
    ['', {}],
    ['respond-async, wait=10', { 'respond-async': '', wait: '10' }],
    ['wait=10, wait-for=validated', { wait: '10', 'wait-for': 'validated' }],
    ['WAIT = 10 ,\tWait-For="validated"', { wait: '10', 'wait-for': 'validated' }],
    [['wait=5', 'wait-for=final'], { wait: '5', 'wait-for': 'final' }],
    ['wait=5, wait=20', { wait: '5' }],
    ['foo; some-parameter; other="a,b;c", wait=3', { foo: '', wait: '3' }],
    ['foo="a, wait=9", wait=3', { foo: 'a, wait=9', wait: '3' }],
    [String.raw`foo="say \"no\" \\", wait=3`, { foo: String.raw`say "no" \ `.trimEnd(), wait: '3' }],
    ['foo="", bar=, wait=3', { foo: '', bar: '', wait: '3' }],
    [', ,,wait=3,', { wait: '3' }],
    ['wait==3', {}],
    ['wait 3', {}],
    ['=3, @, a b=c, wait=3', { wait: '3' }],
    [`wait=3, ${'x'.repeat(2_000)}`, {}],
  ])('%j', (header, preferences) => {
    expect(Object.fromEntries(preferencesOf(header))).toEqual(preferences);
  });

  test.each([
    ['10', 10],
    ['30', 30],
    ['31', 30],
    ['999999999', 30],
    ['0', 0],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
  ])('wait=%s is a wait of %s', (wait, seconds) => {
    expect(waitOf(new Map([['wait', wait]]))?.seconds).toBe(seconds);
    if (seconds !== undefined) expect(waitOf(new Map([['wait', wait]]))?.applied).toBe(`wait=${seconds}`);
  });

  test('many quotes and backslashes cost nothing', () => {
    for (const piece of ['"', '\\', '"\\', ',', '";', ' ', 'a="', '= '])
      expect(preferencesOf(piece.repeat(1_000 / piece.length)).get('wait')).toBeUndefined();
  });
});

describe('a thousand who wait for requests', () => {
  let pool: Pool;
  const asked: QueryConfig[] = [];
  const stop = new AbortController();
  let watch: RequestWatch;
  beforeAll(async () => {
    pool = new Pool({ connectionString: await freshDatabase() });
    const query = (statement: QueryConfig) => {
      asked.push(statement);
      return pool.query(statement);
    };
    watch = new RequestWatch({ pool: { query } as unknown as Pool, stopping: stop.signal });
  });
  afterAll(async () => {
    stop.abort();
    await pool?.end();
  });

  test('are told by one statement at a time, each as soon as its own gets there', async () => {
    const { rows } = await pool.query<{ id: string }>(
      `insert into progress (id, pipeline, stage, status, due_at, since)
       select gen_random_uuid(), 'document', 'validate', 'ready', now(), now() from generate_series(1, 1000) returning id`,
    );
    const reached = new Set<string>();
    const waits = rows.map(({ id }) =>
      watch
        .until(id, ({ status }) => status === 'ended', stop.signal)
        .then((isReached) => isReached && reached.add(id)),
    );
    for (let first = 0; first < 1_000; first += 250) {
      const ids = rows.slice(first, first + 250).map(({ id }) => id);
      await pool.query("update progress set status = 'ended' where id = any($1)", [ids]);
      await eventually(() => reached.size >= first + 250);
      expect(reached.size).toBe(first + 250);
    }
    await Promise.all(waits);
    expect(asked.length).toBeLessThan(100);
  });

  test('who gives up is not asked for any more', async () => {
    const { rows } = await pool.query<{ id: string }>('select id from progress limit 1');
    const id = rows[0]?.id as string;
    const leaving = new AbortController();
    const wait = watch.until(id, () => false, leaving.signal);
    await eventually(() => JSON.stringify(asked.at(-1)?.values).includes(id));
    leaving.abort();
    expect(await wait).toBe(false);
    expect(await watch.until(id, () => true, leaving.signal)).toBe(false);
    expect(await watch.until(id, () => true, new AbortController().signal)).toBe(true);
  });
});
