import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
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

  test('retry all takes all that have failed at the stage, and only those', async () => {
    const failed = await house.offer(1_203, { sandbox: 'error' });
    await house.runAll(failed);
    const others = await house.offer(2, { sandbox: 'refuse' });
    await house.runAll(others);
    const answer = await house.ask('queues/Documents.poll/retry/failed', { method: 'PUT' });
    expect(answer).toEqual({ status: 200, body: { retried: 1_203, skipped: 0 } });
    const about = { actor: 'olga', stage: 'poll', count: 1_203 };
    expect(house.log).toContainEqual({ about, message: 'retriggered on the board' });
    expect((await house.show('submit')).counts).toEqual({ ...nothing, waiting: 1_203, failed: 2 });
    const { rows } = await house.pool.query(`select count(*)::int as told from history where actor = 'olga'`);
    expect(rows[0].told).toBe(1_203);
    expect(new Set(house.rung.flatMap(({ ids }) => ids))).toEqual(new Set(failed));
  });

  test('retry all reaches the last one, even when all fail again at once, and sets none going twice', async () => {
    const failed = await house.offer(620, { documentName: 'NOSUCH' });
    await house.runAll(failed);
    house.onRing = async (signals) => {
      house.clock.advance(1);
      for (const { ids } of signals) await house.runAll(ids);
    };
    const answer = await house.ask('queues/Documents.validate/retry/failed', { method: 'PUT' });
    expect(answer).toEqual({ status: 200, body: { retried: 620, skipped: 0 } });
    const { rows } = await house.pool.query('select round, count(*)::int as documents from progress group by 1');
    expect(rows).toEqual([{ round: 2, documents: 620 }]);
    expect((await house.show('validate')).counts.failed).toBe(620);
  });
});

describe('what is refused', () => {
  test.each([
    ['PUT', 'queues/pause', /not available yet/],
    ['PUT', 'queues/Documents.poll/pause', /not available yet/],
    ['PUT', 'queues/Documents.poll/promote', /not available yet/],
    ['PUT', 'queues/Documents.poll/ID/promote', /not available yet/],
    ['PUT', 'queues/Documents.poll/ID/clean', /What has not ended is cancelled with POST/],
    ['PATCH', 'queues/Documents.poll/ID/delay', /not available yet/],
    ['PATCH', 'queues/Documents.poll/ID/update-data', /exactly as it was asked/],
    ['POST', 'queues/Documents.poll/add', /POST \/api\/v1\/document-requests/],
    ['PUT', 'queues/Documents.poll/empty', /nothing to empty/],
    ['PUT', 'queues/Documents.poll/obliterate', /nothing to obliterate/],
    ['PUT', 'queues/Documents.poll/clean/failed', /nothing is cleaned away/],
    ['PUT', 'queues/Documents.poll/concurrency', /configuration/],
    ['PUT', 'queues/Documents.poll/job-schedulers/x/remove', /database/],
    ['PUT', 'queues/Engine room.document-poll/obliterate', /nothing to obliterate/],
  ])('%s %s', async (method, path, reason) => {
    const [id = ''] = await house.offer(1);
    const answer = await house.ask(path.replace('ID', id), { method, body: {} });
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringMatching(reason) } });
    expect((await house.show('validate')).counts).toEqual({ ...nothing, waiting: 1 });
  });

  test('a job in the engine room is not retried there', async () => {
    const answer = await house.ask('queues/Engine room.document-poll/retry/failed', { method: 'PUT' });
    expect(answer.status).toBe(405);
  });
});
