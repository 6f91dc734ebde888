import { describe, expect, test } from '@jest/globals';
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openBackend } from '#queues/bullmq/backend.ts';
import { recoveryQueue, startRecoverySchedule } from '#queues/bullmq/recovery-schedule.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';

const hour = 3_600_000;
const log = { warn: () => undefined };

describe.each(['redis', 'postgres'] as const)('the schedule of recovery on %s', (name) => {
  async function house() {
    const urls = { databaseUrl: await freshDatabase(), redisUrl: name === 'redis' ? redisUrl() : undefined };
    const opened = new AsyncDisposableStack();
    const backend = opened.use(await openBackend({ ...urls, workers: 3, concurrency: 1 }, () => undefined));
    const passes: number[] = [];
    /** As one process has it. */
    const start = (options: Partial<Parameters<typeof startRecoverySchedule>[0]> = {}) =>
      startRecoverySchedule({
        ...{ backend, log, everyMs: hour, pass: async () => ({ pass: passes.push(Date.now()) }) },
        ...options,
      });
    // What the board has: a whole BullMQ queue.
    const board = backend.queue(recoveryQueue) as unknown as Queue;
    opened.defer(() => board.close());
    return { ...urls, passes, start, board, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  }

  test('runs a pass by the clock, and when an operator says so', async () => {
    await using here = await house();
    await using _running = await here.start();
    await eventually(() => here.passes.length === 1);
    const [scheduler] = await here.board.getJobSchedulers();
    expect(scheduler).toMatchObject({ key: recoveryQueue, every: hour });
    // As the board does it.
    await here.board.add('pass', scheduler?.template?.data, scheduler?.template?.opts);
    await eventually(() => here.passes.length === 2);
    await eventually(async () => (await here.board.getJobCounts('completed')).completed === 2);
  });

  test('two processes share it: a pass is run by one of them', async () => {
    await using here = await house();
    await using _one = await here.start({ everyMs: 200 });
    await using _other = await here.start({ everyMs: 200 });
    await eventually(() => here.passes.length >= 5);
    const spent = (here.passes.at(-1) as number) - (here.passes[0] as number);
    expect(here.passes.length - 1).toBeLessThanOrEqual(spent / 200 + 1);
    expect(await here.board.getJobSchedulersCount()).toBe(1);
  });

  test('what an operator has made of it holds when a process starts anew; another configuration ends that', async () => {
    await using here = await house();
    const everyOf = async () => (await here.board.getJobScheduler(recoveryQueue))?.every;
    await (await here.start())[Symbol.asyncDispose]();
    const { template } = (await here.board.getJobScheduler(recoveryQueue)) ?? {};
    await here.board.upsertJobScheduler(recoveryQueue, { every: 2 * hour }, { name: 'pass', ...template } as never);
    await (await here.start())[Symbol.asyncDispose]();
    expect(await everyOf()).toBe(2 * hour);
    await (await here.start({ everyMs: 3 * hour }))[Symbol.asyncDispose]();
    expect(await everyOf()).toBe(3 * hour);
  });

  test('an emptied datastore is given it again', async () => {
    await using here = await house();
    await using _running = await here.start({ lookEveryMs: 50 });
    await eventually(() => here.passes.length === 1);
    await throwAway(here, 'all');
    await eventually(() => here.passes.length === 2);
    expect(await here.board.getJobSchedulersCount()).toBe(1);
  });

  test('one whose next job was thrown away is armed again, as an operator has it', async () => {
    await using here = await house();
    await using _running = await here.start({ lookEveryMs: 50 });
    await eventually(() => here.passes.length === 1);
    const { template } = (await here.board.getJobScheduler(recoveryQueue)) ?? {};
    await here.board.upsertJobScheduler(recoveryQueue, { pattern: '0 3 * * *', limit: 5 }, {
      name: 'pass',
      ...template,
    } as never);
    await throwAway(here, 'jobs');
    await eventually(async () => (await here.board.getJobCounts('delayed')).delayed === 1);
    const armed = await here.board.getJobScheduler(recoveryQueue);
    expect(armed).toMatchObject({ pattern: '0 3 * * *' });
    // That it was to end is not kept.
    expect(armed?.limit).toBeUndefined();
  });

  test('a pass under way is told to stop, and waited for', async () => {
    await using here = await house();
    const begun = Promise.withResolvers<void>();
    let ended = false;
    const running = await here.start({
      async pass(stopping) {
        begun.resolve();
        await new Promise((resolve) => stopping.addEventListener('abort', resolve));
        ended = true;
        return {};
      },
    });
    await begun.promise;
    await running[Symbol.asyncDispose]();
    expect(ended).toBe(true);
  });
});

async function throwAway(
  { redisUrl: redis, databaseUrl }: { redisUrl: string | undefined; databaseUrl: string },
  what: 'all' | 'jobs',
): Promise<void> {
  if (redis) {
    const client = new Redis(redis);
    const jobs = ['oms:recovery:delayed', ...(await client.keys('oms:recovery:repeat:*'))];
    await (what === 'all' ? client.flushdb() : client.del(jobs.filter((key) => !/repeat:recovery$/.test(key))));
    client.disconnect();
    return;
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`truncate bullmq.job ${what === 'all' ? ', bullmq.scheduler' : ''} cascade`);
  await client.end();
}
