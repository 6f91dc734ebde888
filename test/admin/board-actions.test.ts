import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Queue } from 'bullmq';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { nothing, openHouse } from './house.ts';

/** What an operator can do on the board, and what not: over HTTP, as its page does it. */

let house: Awaited<ReturnType<typeof openHouse>>;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
});
afterEach(() => house[Symbol.asyncDispose]());

describe('retry', () => {
  test('a failed document is ready again, in its next round, by who is signed in, and is rung', async () => {
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    expect((await house.ask(`queues/Documents.poll/${id}/retry`, { method: 'PUT' })).status).toBe(204);
    const { rows } = await house.pool.query(
      'select stage, status, result, round, ended_at from progress where id = $1',
      [id],
    );
    expect(rows).toEqual([{ stage: 'submit', status: 'ready', result: null, round: 2, ended_at: null }]);
    const history = await house.pool.query(
      'select from_state, to_state, reason, actor from history where item_id = $1 order by id desc limit 1',
      [id],
    );
    expect(history.rows).toEqual([
      { from_state: 'failed', to_state: 'submit', reason: 'retriggered on the board', actor: 'olga' },
    ]);
    expect(house.rung).toMatchObject([{ pipeline: 'document', stage: 'submit', ids: [id] }]);
    const about = { actor: 'olga', stage: 'poll', requestId: id };
    expect(house.log).toContainEqual({ about, message: 'retriggered on the board' });
    expect((await house.show('poll')).counts.failed).toBe(0);
    house.thunderhead.isMended = true;
    await house.runAll([id]);
    expect((await house.show('poll')).counts).toEqual({ ...nothing, completed: 1 });
  });

  test('a document that is not failed any more is not retried, and the answer says so', async () => {
    const [failed = '', completed = ''] = [...(await house.offer(1, { sandbox: 'error' })), ...(await house.offer(1))];
    await house.runAll([failed, completed]);
    const twice = () => house.ask(`queues/Documents.poll/${failed}/retry`, { method: 'PUT' });
    const answers = await Promise.all([twice(), twice()]);
    expect(answers.map(({ status }) => status).toSorted()).not.toEqual([204, 204]);
    expect((await twice()).status).toBe(400);
    const done = await house.ask(`queues/Documents.poll/${completed}/retry`, { method: 'PUT' });
    expect(done).toMatchObject({ status: 409, body: { message: expect.stringContaining('is not failed any more') } });
    const { rows } = await house.pool.query('select round from progress where id = any($1)', [[failed, completed]]);
    expect(rows.map(({ round }) => round).toSorted()).toEqual([1, 2]);
  });

  const retryAll = (stage: string) => house.ask(`queues/Documents.${stage}/retry/failed`, { method: 'PUT' });
  const auditOf = async (action: string) => (await house.ask(`audit?action=${action}`)).body.entries;
  /** As if they had failed at the stage; what was rejected there, and what failed elsewhere, stands among them. */
  const setFailed = (ids: readonly string[], stage: string) =>
    house.pool.query(`update stage_error set stage = $2 where item_id = any($1)`, [ids, stage]);

  test('retry all takes all that have failed at the stage, and only those, when they are few', async () => {
    const failed = await house.offer(500, { sandbox: 'error' });
    await house.runAll(failed);
    await house.runAll(await house.offer(2, { sandbox: 'refuse' }));
    expect(await retryAll('poll')).toEqual({ status: 200, body: { retried: 500, skipped: 0 } });
    const about = { actor: 'olga', stage: 'poll', went: 500 };
    expect(house.log).toContainEqual({ about, message: 'retriggered on the board' });
    expect(await auditOf('stage.retry-all')).toMatchObject([
      { actor: 'olga', target: { type: 'stage', id: 'Documents.poll' }, result: 'done', details: { went: 500 } },
    ]);
    expect((await house.show('submit')).counts).toEqual({ ...nothing, waiting: 500, failed: 2 });
    const { rows } = await house.pool.query(`select count(*)::int as told from history where actor = 'olga'`);
    expect(rows[0].told).toBe(500);
    expect(new Set(house.rung.flatMap(({ ids }) => ids))).toEqual(new Set(failed));
    expect((await house.ask('retriggers')).body.plans).toEqual([]);
  });

  test('when they are many they go by a plan, and nothing stands in front of Thunderhead at once', async () => {
    const failed = await house.offer(501, { sandbox: 'error' });
    await house.runAll(failed);
    const rejected = await house.offer(2, { sandbox: 'refuse' });
    await house.runAll(rejected);
    await setFailed(rejected, 'poll');
    const [elsewhere = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([elsewhere]);
    await setFailed([elsewhere], 'validate');
    expect((await house.show('poll')).counts.failed).toBe(503);
    const { status, body } = await retryAll('poll');
    expect([status, body]).toEqual([200, { retried: 0, skipped: 2, plan: expect.any(String) }]);
    const { body: plan } = await house.ask(`retriggers/${body.plan}?limit=1000`);
    expect(plan).toMatchObject({
      ...{ filter: { stage: 'poll' }, reason: 'retry all on the board', actor: 'olga', client: 'ops' },
      ...{ status: 'running', counts: { pending: 501 } },
    });
    expect(plan.items.map(({ id }: { id: string }) => id)).toEqual(failed);
    expect(house.rung).toEqual([]);
    const about = { actor: 'olga', stage: 'poll', plan: body.plan };
    expect(house.log).toContainEqual({ about, message: 'retriggered on the board' });
    expect(await auditOf('stage.retry-all')).toMatchObject([{ result: 'done', details: { plan: body.plan } }]);
  });

  test('what fails again at once is not set going a second time', async () => {
    const failed = await house.offer(120, { sandbox: 'error' });
    await house.runAll(failed);
    house.onRing = async (signals) => {
      house.clock.advance(1);
      for (const { ids } of signals) await house.runAll(ids);
    };
    expect(await retryAll('poll')).toEqual({ status: 200, body: { retried: 120, skipped: 0 } });
    const { rows } = await house.pool.query('select round, count(*)::int as documents from progress group by 1');
    expect(rows).toEqual([{ round: 2, documents: 120 }]);
    expect((await house.show('poll')).counts.failed).toBe(120);
  });

  test('a plan means by a stage what the board means by it: the last error, but for a late publish', async () => {
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    const later = (stage: string) =>
      house.pool.query(
        `insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
         select item_id, $2, pipeline, category, code, description, $2, 1, first_failed_at, last_failed_at from stage_error
         where item_id = $1 and stage = 'poll'`,
        [id, stage],
      );
    const failedAt = async () => {
      const shown: [string, number, number][] = [];
      for (const stage of ['validate', 'submit', 'poll', 'publish']) {
        const look = await house.ask('retriggers', { method: 'POST', body: { filter: { stage }, dryRun: true } });
        shown.push([stage, (await house.show(stage)).counts.failed ?? 0, look.body.documents]);
      }
      return shown.filter(([, ...counts]) => counts.some((count) => count > 0));
    };
    await later('publish');
    expect(await failedAt()).toEqual([['poll', 1, 1]]);
    // In the same moment.
    await later('submit');
    expect(await failedAt()).toEqual([['submit', 1, 1]]);
  });

  test('what was rejected is told apart, is left alone by retry all, and can be retried by itself', async () => {
    const [rejected = ''] = await house.offer(1, { sandbox: 'refuse' });
    await house.runAll([rejected]);
    const [failed = ''] = await house.offer(1, { sandbox: 'fail' });
    await house.run('validate', [failed]);
    for (let attempt = 1; attempt <= 8; attempt++) {
      await house.run('submit', [failed]);
      house.clock.advance(600_000);
    }
    await house.run('publish', [failed]);
    const { jobs } = await house.show('submit', 'failed');
    const shown = new Map(jobs.map((job) => [job.id, job]));
    expect(shown.get(rejected)).toMatchObject({
      name: 'IVZRECPA (INVOICE) · rejected',
      failedReason: expect.stringMatching(/^REJECTED OMS_/),
      returnValue: { status: 'REJECTED' },
    });
    expect(shown.get(failed)).toMatchObject({ name: 'IVZRECPA (INVOICE)', returnValue: { status: 'FAILED' } });
    const all = await house.ask('queues/Documents.submit/retry/failed', { method: 'PUT' });
    expect(all).toEqual({ status: 200, body: { retried: 1, skipped: 1 } });
    expect(house.rung.flatMap(({ ids }) => ids)).toEqual([failed]);
    const one = await house.ask(`queues/Documents.submit/${rejected}/retry`, { method: 'PUT' });
    expect(one.status).toBe(204);
    expect((await house.show('submit')).counts).toEqual({ ...nothing, waiting: 2 });
  });
});

describe('promote', () => {
  test('makes one document due now and rings it; one that does not wait is not promoted, and the answer says so', async () => {
    const [late = '', other = ''] = await house.offer(2, { dueInMs: 3_600_000 });
    expect((await house.ask(`queues/Documents.validate/${late}/promote`, { method: 'PUT' })).status).toBe(204);
    expect((await house.show('validate')).counts).toEqual({ ...nothing, waiting: 1, delayed: 1 });
    expect(house.rung).toMatchObject([{ stage: 'validate', ids: [late] }]);
    const { rows } = await house.pool.query('select reason, actor from history where item_id = $1 order by id desc', [
      late,
    ]);
    expect(rows[0]).toEqual({ reason: 'due now: promoted on the board', actor: 'olga' });
    const again = await house.ask(`queues/Documents.validate/${late}/promote`, { method: 'PUT' });
    expect(again).toMatchObject({ status: 409, body: { message: expect.stringContaining('does not wait') } });
    expect(house.rung.flatMap(({ ids }) => ids)).not.toContain(other);
  });

  test('promotes all that wait at the stage', async () => {
    const late = await house.offer(1_100, { dueInMs: 3_600_000 });
    expect((await house.ask('queues/Documents.validate/promote', { method: 'PUT' })).status).toBe(200);
    expect((await house.show('validate')).counts).toEqual({ ...nothing, waiting: 1_100 });
    expect(house.rung.flatMap(({ ids }) => ids).toSorted()).toEqual(late);
  });
});

describe('remove', () => {
  const remove = (id: string) => house.ask(`queues/Documents.validate/${id}/clean`, { method: 'PUT' });

  test('cancels: nothing is removed, the end is published, and the history says who and why', async () => {
    const [id = ''] = await house.offer(1);
    expect((await remove(id)).status).toBe(204);
    expect(house.rung).toMatchObject([{ stage: 'publish', ids: [id] }]);
    await house.run('publish', [id]);
    const { rows } = await house.pool.query('select ended_as from progress where id = $1', [id]);
    expect(rows).toEqual([{ ended_as: 'cancelled' }]);
    const wished = await house.pool.query('select actor, reason from cancellation where item_id = $1', [id]);
    expect(wished.rows).toEqual([{ actor: 'olga', reason: 'removed on the board' }]);
  });

  test('what has ended stays as it is, and the answer says so', async () => {
    const [id = ''] = await house.offer(1);
    await house.runAll([id]);
    expect(await remove(id)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('to remove means to cancel') },
    });
    expect((await house.show('publish')).counts).toEqual({ ...nothing, completed: 1 });
  });
});

describe('pause and resume', () => {
  const put = (path: string) => house.ask(`queues/${path}`, { method: 'PUT' });
  const pausedOnTheBoard = async () =>
    (await house.ask('queues')).body.queues
      .filter(({ isPaused }: { isPaused: boolean }) => isPaused)
      .map(({ name }: { name: string }) => name);

  test('a paused stage takes nothing; resumed, it is rung for what is due, when every process knows', async () => {
    const [due = '', late = ''] = [...(await house.offer(1)), ...(await house.offer(1, { dueInMs: 3_600_000 }))];
    expect((await put('Documents.validate/pause')).status).toBe(200);
    expect(await pausedOnTheBoard()).toEqual(['Documents.validate']);
    await house.run('validate', [due]);
    expect((await house.show('validate')).counts).toEqual({ ...nothing, waiting: 1, delayed: 1 });
    const before = house.clock.now().getTime();
    expect((await put('Documents.validate/resume')).status).toBe(200);
    expect(await pausedOnTheBoard()).toEqual([]);
    expect(house.rung).toEqual([
      { pipeline: 'document', stage: 'validate', ids: [due], dueAt: new Date(before + 2_000) },
    ]);
    expect(house.rung.flatMap(({ ids }) => ids)).not.toContain(late);
    await house.run('validate', [due]);
    expect((await house.show('submit')).counts).toMatchObject({ waiting: 1 });
    expect(house.log).toContainEqual({ about: { actor: 'olga', stage: 'validate' }, message: 'paused on the board' });
  });

  test('all stages are paused and resumed together, and the engine room is none of them', async () => {
    const ids = await house.offer(3);
    expect((await put('pause')).status).toBe(200);
    expect(await pausedOnTheBoard()).toEqual(
      ['validate', 'submit', 'poll', 'publish'].map((stage) => `Documents.${stage}`),
    );
    await house.run('validate', ids);
    expect((await house.show('validate')).counts.waiting).toBe(3);
    expect((await put('resume')).status).toBe(200);
    expect(await pausedOnTheBoard()).toEqual([]);
    expect(house.rung.flatMap(({ ids }) => ids)).toEqual(ids);
    expect((await put('Engine room.document-poll/pause')).status).toBe(403);
  });
});

describe('what is refused', () => {
  test.each([
    ['PATCH', 'queues/Documents.poll/ID/delay', /its stage says/],
    ['PATCH', 'queues/Documents.poll/ID/priority', /part of what was asked for/],
    ['PATCH', 'queues/Documents.poll/ID/update-data', /exactly as it was asked/],
    ['POST', 'queues/Documents.poll/add', /POST \/api\/v1\/document-requests/],
    ['PUT', 'queues/Documents.poll/empty', /nothing to empty/],
    ['PUT', 'queues/Documents.poll/obliterate', /nothing to obliterate/],
    ['PUT', 'queues/Documents.poll/clean/failed', /nothing is cleaned away/],
    ['PUT', 'queues/Documents.poll/concurrency', /configuration/],
    ['PUT', 'queues/Documents.poll/job-schedulers/x/remove', /can be changed/],
    ['PUT', 'queues/Documents.poll/job-schedulers/x/run', /database/],
    ['PUT', 'queues/Documents.poll/rate-limit', /database/],
    ['PUT', 'queues/Engine room.document-poll/obliterate', /nothing to obliterate/],
  ])('%s %s', async (method, path, reason) => {
    const [id = ''] = await house.offer(1);
    const answer = await house.ask(path.replace('ID', id), { method, body: {} });
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringMatching(reason) } });
    expect((await house.show('validate')).counts).toEqual({ ...nothing, waiting: 1 });
  });

  test('a job in the engine room is not retried there', async () => {
    const answer = await house.ask('queues/Engine room.document-poll/retry/failed', { method: 'PUT' });
    expect(answer.status).toBe(403);
  });
});

test.each(['redis', 'postgres'])(
  'what runs by the clock can be run now and told when, and nothing else (%s)',
  async (backend) => {
    await using other = await openHouse({
      ...{ databaseUrl: await freshDatabase(), redisUrl: backend === 'redis' ? redisUrl() : undefined },
      recovery: 'recovery',
    });
    const queue = other.backend.queue('recovery') as unknown as Queue;
    await queue.upsertJobScheduler('recovery', { every: 60_000 }, { name: 'recovery' });
    const schedulers = 'queues/Recovery.recovery/job-schedulers/recovery';
    expect((await other.ask(`${schedulers}/run`, { method: 'PUT' })).status).toBe(200);
    expect((await other.ask(schedulers, { method: 'PATCH', body: { every: 120_000 } })).status).toBe(204);
    for (const end of [{ limit: 1 }, { endDate: Date.now() + 60_000 }])
      expect(await other.ask(schedulers, { method: 'PATCH', body: { every: 60_000, ...end } })).toMatchObject({
        status: 403,
        body: { message: expect.stringMatching(/never ends/) },
      });
    expect(await queue.getJobScheduler('recovery')).toMatchObject({ every: 120_000 });
    for (const path of [
      'pause',
      'promote',
      'empty',
      'obliterate',
      'retry/failed',
      'clean/failed',
      'job-schedulers/recovery/remove',
    ])
      expect([path, (await other.ask(`queues/Recovery.recovery/${path}`, { method: 'PUT' })).status]).toEqual([
        path,
        403,
      ]);
    expect((await other.ask('queues/pause', { method: 'PUT' })).status).toBe(200);
    expect(await queue.isPaused()).toBe(false);
    await queue.close();
  },
);
