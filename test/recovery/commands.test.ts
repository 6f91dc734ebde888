import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { throwAwayFolder } from '#src/local/folders.ts';
import { eventually } from '#test/support/services.ts';
import { type House, openHouse } from './processes.ts';

const directory = throwAwayFolder('recovery-commands');
let house: House;
beforeAll(async () => {
  house = await openHouse(directory, { environment: { RECOVERY_LIMIT: '2000' } });
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** So many that ran out of time an hour ago, and are nobody's. */
async function failed(items: number): Promise<void> {
  await house.pool.query('truncate progress, stage_error, history');
  await house.pool.query(
    `with failed as (
       insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
       select gen_random_uuid(), 'document', 'publish', 'ended', 'failed', now(), now(), now() from generate_series(1, $1) returning id)
     insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
     select id, 'poll', 'document', 'TIMEOUT', 'OMS_BATCH_OVERDUE', '', 'poll', 1, now(), now() - interval '1 hour' from failed`,
    [items],
  );
}

const told = async (): Promise<[told: number, items: number]> => {
  const { rows } = await house.pool.query(
    `select count(*)::int as told, count(distinct item_id)::int as items from history where actor = 'recovery'`,
  );
  return [rows[0].told, rows[0].items];
};

describe('recovery --once', () => {
  test('does one pass, says in a line what it came to, and ends well', async () => {
    await failed(120);
    const { code, result, output } = await house.run('recovery --once');
    expect({ code, result, output }).toMatchObject({ code: 0, result: { recovered: 120, announced: 0, deleted: 0 } });
    expect(await house.count(`stage = 'poll' and status = 'ready' and round = 2`)).toBe(120);
    expect(await house.run('recovery --once')).toMatchObject({ code: 0, result: { recovered: 0 } });
  });

  test('one is killed in the middle, two come after it at once: each item is set going once', async () => {
    await failed(3_000);
    const killed = new AbortController();
    const doomed = house.run('recovery --once', {}, killed.signal);
    await eventually(async () => (await house.count('round = 2')) > 0, { everyMs: 5 });
    killed.abort();
    expect((await doomed).code).toBe(-1);
    const set = await house.count('round = 2');
    expect(set).toBeLessThan(3_000);
    await Promise.all([house.run('recovery --once'), house.run('recovery --once')]);
    await eventually(async () => (await house.run('recovery --once')).result?.recovered === 0, { timeoutMs: 50_000 });
    expect(await told()).toEqual([3_000, 3_000]);
    expect(await house.count('round <> 2')).toBe(0);
  });

  test('a policy that cannot be is refused before anything is done, all that is wrong with it at once', async () => {
    await failed(3);
    const { code, output } = await house.run('recovery --once', {
      RECOVERY_POLICY: 'TIMEOUT:x,WHAT:1x1',
      RECOVERY_LIMIT: '0',
    });
    expect(code).toBe(1);
    for (const part of ['RECOVERY_POLICY: "TIMEOUT:x" is not', 'WHAT is none of', 'RECOVERY_LIMIT'])
      expect(output).toContain(part);
    expect(await told()).toEqual([0, 0]);
  });
});

test('rebuild-queues makes the queues anew from the rows, says how much that was, and ends well', async () => {
  await failed(70);
  await house.run('recovery --once');
  expect(await house.run('rebuild-queues')).toMatchObject({ code: 0, result: { rung: 70 } });
  expect(await house.run('rebuild-queues')).toMatchObject({ code: 0, result: { thrownAway: 2, rung: 70 } });
});

describe('work at a stage that this version does not know', () => {
  const refusal =
    'there is work at a stage or in an orchestration this version does not know: 2 at document/archive (bullmq). ' +
    'Run the version that does, or move it first.';
  beforeAll(async () => {
    await failed(1);
    await house.pool.query(
      `insert into progress (id, pipeline, stage, status, due_at, since)
       select gen_random_uuid(), 'document', 'archive', 'ready', now(), now() from generate_series(1, 2)`,
    );
  });
  afterAll(() => house.pool.query('truncate progress, stage_error, history'));

  test.each(['worker', 'sweep', 'recovery', 'admin', 'api sweep recovery', 'recovery --once', 'rebuild-queues'])(
    '%s does not start, and nothing was set going or rung',
    async (words) => {
      const { code, output } = await house.run(words);
      expect(code).toBe(1);
      expect(output).toContain(`cannot start: ${refusal}`);
      expect(await house.count(`rung_at is not null or status = 'ready' and stage <> 'archive'`)).toBe(0);
    },
  );

  test('requests are taken all the same: what is new stands where it is known', async () => {
    const api = await house.spawn(['api']);
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
    await api.stop();
  });
});

test('a Redis that is away: rebuild-queues says so, and ends with an error', async () => {
  const { code, output } = await house.run('rebuild-queues', { REDIS_URL: 'redis://127.0.0.1:9' });
  expect(code).toBe(1);
  expect(output).toMatch(/cannot start: REDIS_URL: connect ECONNREFUSED/);
});

test('a database that is away: it says so, and ends with an error', async () => {
  const { code, output } = await house.run('rebuild-queues', { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/oms' });
  expect(code).toBe(1);
  expect(output).toContain('DATABASE_URL');
});
