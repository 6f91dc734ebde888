import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { done, Fault, reject } from '#processors/engine/outcome.ts';
import { announce, type Recovery, recover } from '#processors/engine/recover.ts';
import { reopen } from '#processors/engine/reopen.ts';
import { openToy, type Toy, type ToyStage } from './toy.ts';

let toy: Toy | undefined;
const seconds = 1_000;
const minutes = 60 * seconds;

/** A house of its own for each test: recovery looks at everything there is. */
beforeEach(async () => {
  await toy?.[Symbol.asyncDispose]();
  toy = await openToy();
});
afterAll(() => toy?.[Symbol.asyncDispose]());

const house = (): Toy => toy as Toy;
const overdue = { code: 'TOY_OVERDUE', category: 'TIMEOUT', description: 'not ready after 5 s' };
const failing = (failure = overdue, name = 'a'): ToyStage => ({
  name,
  retry: { attempts: 1 },
  run: () => Promise.reject(new Fault(failure)),
});

function recovery(more: Partial<Recovery> = {}): Recovery {
  return {
    rules: [{ category: 'TIMEOUT', times: 3, everyMs: 15 * minutes }],
    pipeline: 'toy',
    stages: ['a', 'b'],
    now: house().clock.now(),
    limit: 1_000,
    ...more,
  };
}

const pass = async (more?: Partial<Recovery>) =>
  (await recover(house().admin, recovery(more))).map(({ id }) => id).sort();

/** So many that have failed at the first stage. */
async function failed(count: number, stage = failing()): Promise<string[]> {
  const ids = await house().begin(count);
  const worker = house().worker([stage]);
  for (let from = 0; from < count; from += 50) await worker.ring('a', ids.slice(from, from + 50));
  return ids;
}

test('what failed is set going again when its time has come, and not before; each try is told', async () => {
  const [id] = await failed(1);
  house().clock.advance(15 * minutes - 1);
  expect(await pass()).toEqual([]);
  house().clock.advance(1);
  expect(await pass()).toEqual([id]);
  expect(await house().row(id)).toMatchObject({ stage: 'a', status: 'ready', result: null, round: 2, ended_at: null });
  expect((await house().history(id)).at(-1)).toBe('failed>a recovery: try 1 of 3 after TOY_OVERDUE');
  const { rows } = await house().admin.query(`select actor from history where item_id = $1 order by id desc`, [id]);
  expect(rows[0]).toEqual({ actor: 'recovery' });
  expect(await house().errors(id)).toMatchObject([{ attempts: 1, recoveries: 1, next_retry_at: null }]);
});

test('the ring goes to the stage it stands at', async () => {
  const [id] = await failed(1, failing({ ...overdue, resumeAt: 'b' } as typeof overdue));
  house().clock.advance(15 * minutes);
  expect(await recover(house().admin, recovery())).toMatchObject([{ id, stage: 'b' }]);
});

test('as often as the rule says, counted from each failure; then it waits for an operator', async () => {
  const [id = ''] = await failed(1);
  for (let turn = 1; turn <= 3; turn++) {
    house().clock.advance(15 * minutes);
    expect(await pass()).toEqual([id]);
    await house().worker([failing()]).ring('a', [id]);
    expect(await pass()).toEqual([]);
  }
  house().clock.advance(15 * minutes);
  expect(await pass()).toEqual([]);
  expect(await house().errors(id)).toMatchObject([{ attempts: 4, recoveries: 3 }]);
  await reopen(house().admin, [id], { actor: 'admin:ops', reason: 'mended', now: house().clock.now() });
  await house()
    .worker([{ name: 'a', run: async () => done() }])
    .drive('a', [id]);
  expect(await house().errors(id)).toEqual([]);
});

describe('left alone is', () => {
  test('a category without a rule, and one whose rule says never', async () => {
    await failed(1, failing({ ...overdue, category: 'THUNDERHEAD_ERROR' }));
    await failed(1, failing({ ...overdue, category: 'INTERNAL_ERROR' }));
    house().clock.advance(60 * minutes);
    const never = { category: 'INTERNAL_ERROR', times: 0, everyMs: 1 };
    expect(await pass({ rules: [...recovery().rules, never] })).toEqual([]);
  });

  test('what was rejected, whatever its category', async () => {
    const ids = await failed(1, { name: 'a', run: async () => reject(overdue) });
    expect(await house().rows(ids)).toMatchObject([{ result: 'rejected' }]);
    house().clock.advance(60 * minutes);
    expect(await pass()).toEqual([]);
  });

  test('what somebody wished cancelled before it failed: the wish would be forgotten', async () => {
    const [id] = await failed(1);
    await house().admin.query('update progress set cancel_asked = true where id = $1', [id]);
    house().clock.advance(60 * minutes);
    expect(await pass()).toEqual([]);
  });

  test('what failed for another reason since: the newest error row decides', async () => {
    const [id] = await failed(1);
    house().clock.advance(1);
    await house().admin.query(
      `insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
       values ($1, 'b', 'toy', 'THUNDERHEAD_ERROR', 'TOY_SPOILT', '', 'a', 1, $2, $2)`,
      [id, house().clock.now()],
    );
    house().clock.advance(60 * minutes);
    expect(await pass()).toEqual([]);
  });

  test('what would go to a stage that this version does not have: nothing would start any more', async () => {
    await failed(1);
    house().clock.advance(60 * minutes);
    expect(await pass({ stages: ['b'] })).toEqual([]);
  });

  test('what is of another pipeline, although a stage of the same name is known', async () => {
    await failed(1);
    house().clock.advance(60 * minutes);
    expect(await pass({ pipeline: 'other' })).toEqual([]);
  });
});

test('no more than the limit at once, the oldest failures first', async () => {
  const early = await failed(3);
  house().clock.advance(seconds);
  const late = await failed(2);
  house().clock.advance(60 * minutes);
  expect(await pass({ limit: 3 })).toEqual(early);
  expect(await pass({ limit: 3 })).toEqual(late);
});

test('eight passes at once set each item going once, and lose none', async () => {
  const ids = await failed(400);
  house().clock.advance(15 * minutes);
  const pools = Array.from({ length: 8 }, () => house().connect().durable);
  const set: string[] = [];
  // Until there is none left; each pass takes what the others do not have in hand.
  for (let turn = 0; turn < 20 && set.length < 400; turn++)
    for (const passed of await Promise.all(pools.map((pool) => recover(pool, recovery({ limit: 70 })))))
      set.push(...passed.map(({ id }) => id));
  expect(set.sort()).toEqual(ids);
  expect((await house().rows(ids)).every(({ round, status }) => round === 2 && status === 'ready')).toBe(true);
  const { rows } = await house().admin.query(
    `select count(*)::int as told, count(distinct item_id)::int as items from history where actor = 'recovery'`,
  );
  expect(rows).toEqual([{ told: 400, items: 400 }]);
});

test('a pass whose connection is killed in the middle: what it has done is taken back, and done once', async () => {
  const ids = await failed(20);
  house().clock.advance(15 * minutes);
  // When it has moved the items and counts the tries. A sequence alone remembers what was taken back.
  await house().admin.query(`create sequence counted;
    create function slain() returns trigger language plpgsql as $$ begin
      if nextval('counted') = 7 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;
    create trigger slain before update on stage_error for each row execute function slain()`);
  const passed = await recover(house().connect().durable, recovery());
  expect((await house().admin.query('select last_value::int as counted from counted')).rows).toEqual([{ counted: 27 }]);
  expect(passed.map(({ id }) => id).sort()).toEqual(ids);
  expect((await house().rows(ids)).every(({ round }) => round === 2)).toBe(true);
  const { rows } = await house().admin.query(`select count(*)::int as told from history where actor = 'recovery'`);
  expect(rows).toEqual([{ told: 20 }]);
});

describe('when it will be set going again', () => {
  const nextOf = async (id: string | undefined) => (await house().errors(id))[0]?.next_retry_at;

  test('stands in its error row, and goes when there is no next time', async () => {
    const [id = ''] = await failed(1);
    const [byHand] = await failed(1, failing({ ...overdue, category: 'THUNDERHEAD_ERROR' }));
    const failedAt = house().clock.now().getTime();
    expect(await announce(house().admin, recovery())).toBe(1);
    expect(await nextOf(id)).toEqual(new Date(failedAt + 15 * minutes));
    expect(await nextOf(byHand)).toBeNull();
    // Nothing new: nothing is written.
    expect(await announce(house().admin, recovery())).toBe(0);
    house().clock.advance(15 * minutes);
    await pass();
    expect(await nextOf(id)).toBeNull();
    await house().worker([failing()]).ring('a', [id]);
    expect(await announce(house().admin, recovery({ rules: [{ category: 'TIMEOUT', times: 1, everyMs: 1 }] }))).toBe(0);
    expect(await nextOf(id)).toBeNull();
  });

  test('follows the rules when they change', async () => {
    const [id] = await failed(1);
    const failedAt = house().clock.now().getTime();
    await announce(house().admin, recovery());
    await announce(house().admin, recovery({ rules: [{ category: 'TIMEOUT', times: 1, everyMs: 7 }] }));
    expect(await nextOf(id)).toEqual(new Date(failedAt + 7));
    await announce(house().admin, recovery({ rules: [] }));
    expect(await nextOf(id)).toBeNull();
  });

  test('is taken back when an operator sets it going before', async () => {
    const [id = ''] = await failed(1);
    await announce(house().admin, recovery());
    await reopen(house().admin, [id], { actor: 'admin:ops', reason: 'mended', now: house().clock.now() });
    expect(await nextOf(id)).toBeNull();
  });

  test.each([
    ['it is under way again', `update progress set status = 'ready', result = null, ended_at = null where id = $1`],
    ['it has ended well', `update progress set result = 'completed' where id = $1`],
    ['it is to be cancelled', `update progress set cancel_asked = true where id = $1`],
    ['its row is of another pipeline', `update stage_error set pipeline = 'callback' where item_id = $1`],
    [
      'it has failed elsewhere since',
      `insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
       values ($1, 'b', 'toy', 'THUNDERHEAD_ERROR', 'TOY_SPOILT', '', 'a', 1, '2030-01-01', '2030-01-01')`,
    ],
  ])('is taken back when %s', async (_, happened) => {
    const [id] = await failed(1);
    await announce(house().admin, recovery());
    expect(await nextOf(id)).toBeInstanceOf(Date);
    await house().admin.query(happened, [id]);
    expect(await announce(house().admin, recovery())).toBe(1);
    expect(await nextOf(id)).toBeNull();
  });

  test('and does not touch what is retried by itself', async () => {
    const [id] = await house().begin(1);
    const stage: ToyStage = { name: 'a', run: () => Promise.reject(new Fault(overdue)) };
    await house()
      .worker([stage])
      .ring('a', [id as string]);
    const next = await nextOf(id);
    expect(next).toBeInstanceOf(Date);
    await announce(house().admin, recovery({ rules: [] }));
    expect(await nextOf(id)).toEqual(next);
  });
});

test('failures of one cause have one fingerprint; it changes with the cause', async () => {
  const [one] = await failed(1, failing({ ...overdue, description: 'not ready after 5 s' }));
  const [other] = await failed(1, failing({ ...overdue, description: 'not ready after 77 s' }));
  const [third = ''] = await failed(1, failing({ ...overdue, description: 'gone' }));
  const of = async (id: string | undefined) => (await house().errors(id))[0]?.fingerprint;
  expect(await of(one)).toMatch(/^[0-9a-f]{16}$/);
  expect(await of(other)).toBe(await of(one));
  expect(await of(third)).not.toBe(await of(one));
  await reopen(house().admin, [third], { actor: 'admin', reason: '', now: house().clock.now() });
  await house().worker([failing()]).ring('a', [third]);
  expect(await of(third)).toBe(await of(one));
});
