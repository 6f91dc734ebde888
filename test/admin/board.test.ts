import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { PipelineCounts } from '#admin/stages/counts.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { recoveryQueue, startRecoverySchedule } from '#queues/bullmq/recovery-schedule.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { nothing, openHouse, type ShownQueue } from './house.ts';

/** The board as its page uses it: over HTTP, on a real database, with the engine moving the documents. */

let house: Awaited<ReturnType<typeof openHouse>>;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
});
afterEach(() => house[Symbol.asyncDispose]());

const idsOf = ({ jobs }: { jobs: readonly { id: string }[] }) => jobs.map(({ id }) => id);

describe('what the stages show', () => {
  test('the stages of the pipeline come first and in its order, then the callbacks and the engine room', async () => {
    const { body } = await house.ask('queues');
    expect(body.queues.map((queue: { name: string; displayName?: string }) => [queue.name, queue.displayName])).toEqual(
      [
        ['Documents.validate', 'validate'],
        ['Documents.submit', 'submit'],
        ['Documents.poll', 'poll'],
        ['Documents.publish', 'publish'],
        ['Callbacks.deliver', 'deliver'],
        ['Engine room.document-validate', 'document-validate'],
        ['Engine room.document-submit', 'document-submit'],
        ['Engine room.document-poll', 'document-poll'],
        ['Engine room.document-publish', 'document-publish'],
        ['Engine room.callback-deliver', 'callback-deliver'],
      ],
    );
  });

  test('a document is counted where it stands, and as completed at every stage it has got past', async () => {
    await house.offer(3);
    await house.offer(2, { dueInMs: 3_600_000 });
    const [running = ''] = await house.offer(1);
    await house.store.claim(
      { pipeline: 'document', name: 'validate', intent: false },
      { ids: [running], now: house.clock.now(), leaseUntil: new Date(house.clock.now().getTime() + 60_000) },
    );
    await house.run('validate', await house.offer(4));
    const polled = await house.offer(5);
    await house.run('validate', polled);
    await house.run('submit', polled);
    await house.runAll(await house.offer(6));
    expect((await house.show('validate')).counts).toEqual({
      active: 1,
      waiting: 3,
      delayed: 2,
      failed: 0,
      completed: 15,
    });
    expect((await house.show('submit')).counts).toEqual({ ...nothing, waiting: 4, completed: 11 });
    expect((await house.show('poll')).counts).toEqual({ ...nothing, waiting: 5, completed: 6 });
    expect((await house.show('publish')).counts).toEqual({ ...nothing, completed: 6 });
  });

  test('a document that has not got on is failed at the stage that was the reason, once it has ended', async () => {
    const invalid = await house.offer(1, { documentName: 'NOSUCH' });
    await house.run('validate', invalid);
    expect((await house.show('validate')).counts).toEqual(nothing);
    expect((await house.show('publish')).counts).toEqual({ ...nothing, waiting: 1 });
    await house.run('publish', invalid);
    await house.runAll(await house.offer(2, { sandbox: 'refuse' }));
    await house.runAll(await house.offer(3, { sandbox: 'error' }));
    expect((await house.show('validate')).counts).toEqual({ ...nothing, failed: 1, completed: 5 });
    expect((await house.show('submit')).counts).toEqual({ ...nothing, failed: 2, completed: 3 });
    expect((await house.show('poll')).counts).toEqual({ ...nothing, failed: 3 });
    expect((await house.show('publish')).counts).toEqual({ ...nothing, completed: 6 });
  });

  test('while the broker is away a failed document waits in publish, and did not fail there', async () => {
    house.thunderhead.brokerIsAway = true;
    await house.runAll(await house.offer(1, { sandbox: 'error' }));
    const publish = await house.show('publish', 'waiting');
    expect(publish.counts).toEqual({ ...nothing, waiting: 1 });
    expect(publish.jobs[0]?.failedReason).toMatch(/no broker/);
    expect((await house.show('poll')).counts).toEqual(nothing);
    expect((await house.show('submit')).counts).toEqual({ ...nothing, completed: 1 });
  });

  test('a failed document says why, since when and how often, and never its content', async () => {
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    const { jobs } = await house.show('poll', 'failed');
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({
      id,
      name: 'IVZRECPA (INVOICE)',
      isFailed: true,
      externalUrl: { displayText: 'Request', href: `/admin/requests/${id}` },
      failedReason: expect.stringMatching(/^OMS_BATCH_ERRORED: .*CustomerName is missing/),
      stacktrace: [],
      attempts: 1,
      data: {
        requestId: id,
        sourceSystem: 'ARCADE',
        requestCorrelationId: `corr-${id}`,
        documentType: 'INVOICE',
        documentName: 'IVZRECPA',
        language: 'nb-NO',
        environment: 'TEST',
        priority: 5,
        metadata: [
          { key: 'CUSTOMER_ID', value: '••••••' },
          { key: 'SANDBOX', value: '••••••' },
        ],
      },
      returnValue: {
        status: 'FAILED',
        error: {
          category: 'THUNDERHEAD_ERROR',
          code: 'OMS_BATCH_ERRORED',
          attempts: 1,
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
          details: { messages: [{ code: 'TH-7', message: 'the field CustomerName is missing' }] },
          lastFailedAt: new Date(jobs[0]?.finishedOn ?? 0).toISOString(),
          nextRetryAt: null,
        },
      },
    });
    expect(JSON.stringify(await house.ask(`queues/Documents.poll/${id}`))).not.toMatch(/Nordmann|content/i);
  });

  test('a completed document says how it ended and where its event is', async () => {
    const [id = ''] = await house.offer(1);
    await house.runAll([id]);
    const { body } = await house.ask(`queues/Documents.publish/${id}`);
    expect(body.status).toBe('completed');
    expect(body.job.returnValue).toEqual({
      status: 'COMPLETED',
      batch: 1,
      topic: 'oms.invoice-documents',
      partition: 0,
      offset: '1',
    });
    const { timestamp, processedOn, finishedOn } = body.job;
    expect(timestamp).toBeLessThanOrEqual(processedOn);
    expect(processedOn).toBeLessThan(finishedOn);
    const logs = (await house.ask(`queues/Documents.publish/${id}/logs`)).body;
    expect(logs).toHaveLength(6);
    expect(logs[0]).toMatch(/new → validate {2}received {2}\[api\]/);
    expect(logs[2]).toMatch(/submit → submit {2}intended: hand-over OMS-.* {2}\[worker\]/);
    expect(logs[5]).toMatch(/publish → completed {2}published to oms.invoice-documents\/0 at 1 {2}\[worker\]/);
  });

  test('a back-off shows as delayed, until when and why', async () => {
    const ids = await house.offer(1, { sandbox: 'fail' });
    await house.run('validate', ids);
    await house.run('submit', ids);
    const { counts, jobs } = await house.show('submit', 'delayed');
    expect(counts).toEqual({ ...nothing, delayed: 1 });
    const failedReason = 'OMS_THUNDERHEAD_FAILED: Thunderhead failed at the document: TH-5001 no composer is free';
    expect(jobs[0]).toMatchObject({ attempts: 1, failedReason });
    expect(jobs[0]?.delay).toBeGreaterThan(0);
  });

  test('pages neither overlap nor leave anything out; what waits comes oldest first, what ended newest first', async () => {
    const waiting = await house.offer(25);
    const pages = [1, 2, 3].map((page) => house.show('validate', 'waiting', { page }));
    const [first, second, third] = (await Promise.all(pages)).map(idsOf);
    expect([first?.length, second?.length, third?.length]).toEqual([10, 10, 5]);
    expect([...(first ?? []), ...(second ?? []), ...(third ?? [])]).toEqual(waiting);
    expect((await house.show('validate', 'waiting')).pagination.pageCount).toBe(3);
    await house.runAll(waiting);
    expect(idsOf(await house.show('poll', 'completed', { page: 2 }))).toEqual(waiting.toReversed().slice(10, 20));
    expect(idsOf(await house.show('publish', 'completed', { page: 3 }))).toEqual(waiting.toReversed().slice(20));
    const failing = [await house.offer(1, { sandbox: 'error' }), await house.offer(1, { sandbox: 'error' })];
    for (const ids of failing) await house.runAll(ids);
    expect(idsOf(await house.show('poll', 'failed'))).toEqual(failing.flat().toReversed());
  });

  test('an id that is none, or of no document, is not found', async () => {
    expect((await house.ask('queues/Documents.poll/17')).status).toBe(404);
    expect((await house.ask('queues/Documents.poll/0199aa00-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

test.each(['redis', 'postgres'])('the engine room shows the jobs of the real queues on %s', async (backend) => {
  await using other = await openHouse({
    databaseUrl: await freshDatabase(),
    redisUrl: backend === 'redis' ? redisUrl() : undefined,
  });
  const queue = other.backend.queue('document-poll');
  const data = { ids: ['0199aa00-0000-7000-8000-000000000000'], dueAt: other.clock.now().toISOString() };
  await queue.addBulk([{ name: 'poll', data, opts: { removeOnComplete: true, removeOnFail: { count: 1 } } }]);
  const { body } = await other.ask('queues?activeQueue=Engine room.document-poll&status=waiting');
  const shown = body.queues.find(({ name }: { name: string }) => name === 'Engine room.document-poll');
  expect(shown).toMatchObject({ readOnlyMode: true, counts: { waiting: 1 }, jobs: [{ data }] });
  await queue.close();
});

test.each(['redis', 'postgres'])(
  'the recovery shows its passes, newest first, with what each came to (%s)',
  async (name) => {
    const urls = { databaseUrl: await freshDatabase(), redisUrl: name === 'redis' ? redisUrl() : undefined };
    await using other = await openHouse({ ...urls, recovery: recoveryQueue });
    await using backend = await openBackend({ ...urls, workers: 1, concurrency: 1 }, () => undefined);
    const passes = [
      async () => ({ recovered: 3, announced: 1, deleted: 0 }),
      async () => Promise.reject(new Error('no database')),
      async () => ({ recovered: 0, announced: 0, deleted: 7 }),
    ];
    await using _schedule = await startRecoverySchedule({
      ...{ backend, everyMs: 3_600_000, log: { warn: () => undefined } },
      pass: () => (passes.shift() as () => Promise<object>)(),
    });
    const shown = async (status: string): Promise<ShownQueue> => {
      const query = new URLSearchParams({ activeQueue: 'Recovery.recovery', status });
      const { body } = await other.ask(`queues?${query}`);
      return body.queues.find(({ name }: ShownQueue) => name === 'Recovery.recovery');
    };
    const done = (completed: number, failed: number) =>
      eventually(async () => {
        const { counts } = await shown('latest');
        return counts.completed === completed && counts.failed === failed;
      });
    const run = () => other.ask('queues/Recovery.recovery/job-schedulers/recovery/run', { method: 'PUT' });
    await done(1, 0);
    await run();
    await done(1, 1);
    await run();
    await done(2, 1);
    const { jobs } = await shown('completed');
    expect(jobs.map(({ name, returnValue }) => ({ name, returnValue }))).toEqual([
      { name: 'pass: announced 0, deleted 7, recovered 0', returnValue: { recovered: 0, announced: 0, deleted: 7 } },
      { name: 'pass: announced 1, deleted 0, recovered 3', returnValue: { recovered: 3, announced: 1, deleted: 0 } },
    ]);
    expect((await shown('failed')).jobs).toMatchObject([{ name: 'pass', failedReason: 'no database' }]);
  },
);

test('the documents are there when the queues are out of reach', async () => {
  await house.offer(1);
  await house.backend[Symbol.asyncDispose]();
  const { body } = await house.ask('queues');
  expect(body.queues[0].counts).toEqual({ ...nothing, waiting: 1 });
  expect(body.queues[5].description).toMatch(/Out of reach/);
});

test('the page asks nobody else for anything', async () => {
  const olga = house.visitor();
  const signIn = await olga.open('/admin/sign-in');
  await olga.signIn({ client: 'ops', secret: 'ops-secret' });
  const answer = await olga.open('/admin');
  expect(answer.text).toContain('<title>Output Management System</title>');
  for (const { text } of [signIn, answer]) expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
});

describe('when counting takes too long', () => {
  const countsOn = (pool: typeof house.pool) =>
    new PipelineCounts({
      ...{ pool, clock: house.clock, pipeline: 'document', always: 'publish' },
      stages: ['validate', 'submit', 'poll', 'publish'],
    });

  test('of what has ended, the estimate of the database is shown instead', async () => {
    await house.runAll(await house.offer(40));
    await house.pool.query('analyze progress');
    const { pool } = slowCounting(/ended_at is not null and pipeline/);
    expect(await countsOn(pool).of('publish')).toEqual({ ...nothing, completed: 40 });
  });

  test('of the rest, what was counted last is shown, it is said from when, and nobody asks again at once', async () => {
    await house.offer(2);
    const slow = slowCounting(/distinct on/);
    slow.isSlow = false;
    const counts = countsOn(slow.pool);
    expect([await counts.of('validate'), counts.caveat()]).toEqual([{ ...nothing, waiting: 2 }, undefined]);
    await house.offer(1);
    slow.isSlow = true;
    counts.forget();
    const looks = await Promise.all([1, 2, 3].map(() => counts.of('validate')));
    expect(looks).toEqual(Array(3).fill({ ...nothing, waiting: 2 }));
    await counts.of('submit');
    expect(slow.asked).toBe(2);
    expect(counts.caveat()).toMatch(/^Counted at 10:00:0\d UTC$/);
    slow.isSlow = false;
    counts.forget();
    expect([await counts.of('validate'), counts.caveat()]).toEqual([{ ...nothing, waiting: 3 }, undefined]);
  });

  test('and nothing is known from before, that is said', async () => {
    await house.offer(2);
    const counts = countsOn(slowCounting(/distinct on/).pool);
    expect(await counts.of('validate')).toEqual(nothing);
    expect(counts.caveat()).toMatch(/not known/);
  });

  test('a click has what is in flight counted anew, and not what has ended', async () => {
    await house.runAll(await house.offer(3));
    const ended = slowCounting(/ended_at is not null and pipeline/);
    ended.isSlow = false;
    const counts = countsOn(ended.pool);
    await counts.of('publish');
    await house.offer(1);
    counts.forget();
    expect(await counts.of('validate')).toMatchObject({ waiting: 1, completed: 3 });
    expect(ended.asked).toBe(1);
  });

  test('the board is there, and says of its numbers that they are from before', async () => {
    await house.offer(2);
    expect((await house.show('validate')).description).toMatch(/^Documents at validate/);
    const other = await house.pool.connect();
    await other.query('begin; lock table stage_error in access exclusive mode');
    const { body } = await house.ask('queues');
    await other.query('rollback');
    other.release();
    expect(body.queues[0].counts).toEqual({ ...nothing, waiting: 2 });
    expect(body.queues[0].description).toMatch(/^Counted at 10:00:00 UTC\. Documents at validate/);
  });

  /** While it is slow, whoever asks this sleeps instead. */
  function slowCounting(which: RegExp) {
    const slow = {
      isSlow: true,
      asked: 0,
      pool: {
        query: house.pool.query.bind(house.pool),
        connect: async () => sleeping(await house.pool.connect()),
      } as unknown as typeof house.pool,
    };
    const sleeping = (client: PoolClient): PoolClient =>
      new Proxy(client, {
        get(target, name) {
          const member = target[name as 'query'] as unknown;
          if (typeof member !== 'function') return member;
          return (...input: unknown[]) => {
            const isIt = name === 'query' && which.test(String(input[0]));
            if (isIt) slow.asked++;
            return isIt && slow.isSlow ? target.query('select pg_sleep(60)') : member.apply(target, input);
          };
        },
      });
    return slow;
  }
});
