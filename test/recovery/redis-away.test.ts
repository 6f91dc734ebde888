import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { environment } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { freePort } from '#src/local/ports.ts';
import { startRedis } from '#src/local/redis.ts';
import { invoice } from '#test/support/documents.ts';
import type { OmsProcess } from '#test/support/oms-process.ts';
import { eventually } from '#test/support/services.ts';
import { openHouse } from './processes.ts';

const directory = throwAwayFolder('redis-away');
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A Redis that is stopped and started again at the same address. */
async function mortalRedis(name: string) {
  const port = await freePort();
  const { PATH } = environment;
  const start = async () => {
    const redis = await startRedis({
      ...{ directory: join(directory, name), environment: { PATH }, port, durable: false, log: () => undefined },
    });
    if ('unavailable' in redis) throw new Error(redis.unavailable);
    return redis;
  };
  let running = await start();
  return {
    url: running.url,
    stop: () => running.stop(),
    async start() {
      running = await start();
    },
    [Symbol.asyncDispose]: () => running.stop(),
  };
}

const ready = async ({ url }: OmsProcess) => {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, ...((await response.json()) as { reason?: string }) };
};
const away = { status: 503, reason: 'the queues are away, or must not be used: nothing is taken in hand' };

test('Redis goes away for longer than a stall may last: nothing ends itself, requests are taken, and all goes on', async () => {
  await using redis = await mortalRedis('goes');
  await using house = await openHouse(directory, { environment: { STALL_SECONDS: '1', REDIS_URL: redis.url } });
  const oms = await house.spawn(['api', 'worker', 'sweep', 'recovery']);
  await redis.stop();
  const id = await house.client(oms).post(invoice());
  await eventually(async () => (await ready(oms)).status === 503);
  expect(await ready(oms)).toMatchObject(away);
  // Long enough for a stall to be seen, and to be told to end, twice.
  await eventually(() => house.count(`due_at < now() - interval '5 seconds'`).then((overdue) => overdue === 1));
  expect(await ready(oms)).toMatchObject(away);
  const another = await house.client(oms).post(invoice());
  await redis.start();
  for (const each of [id, another])
    expect(await house.client(oms).finished(each)).toMatchObject({ status: 'COMPLETED' });
  await eventually(async () => (await ready(oms)).status === 200);
  expect(oms.output()).not.toContain('"fatal"');
}, 120_000);

test('a process that starts while Redis is away takes requests, says that it is not ready, and works as soon as Redis is there', async () => {
  await using redis = await mortalRedis('comes');
  await redis.stop();
  await using house = await openHouse(directory, { environment: { STALL_SECONDS: '1', REDIS_URL: redis.url } });
  const oms = await house.spawn(['api', 'worker', 'sweep', 'admin', 'recovery']);
  expect(await ready(oms)).toMatchObject(away);
  const id = await house.client(oms).post(invoice());
  expect(oms.output()).toContain('the queues are away: the worker begins when they are back');
  await redis.start();
  expect(await house.client(oms).finished(id)).toMatchObject({ status: 'COMPLETED' });
  await eventually(async () => (await ready(oms)).status === 200);
}, 120_000);

test('an API alone is ready without Redis; and whoever has begun without it can be told to stop', async () => {
  await using house = await openHouse(directory, { environment: { REDIS_URL: 'redis://127.0.0.1:9' } });
  const [api, worker] = [await house.spawn(['api']), await house.spawn(['worker', 'recovery'])];
  expect((await ready(api)).status).toBe(200);
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
}, 120_000);
