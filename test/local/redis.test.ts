import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import { environment } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { type Redis, startRedis } from '#src/local/redis.ts';
import { eventually } from '#test/support/services.ts';

/** Our Redis keeps its data too, and is set up as the queues need it. */
const folder = throwAwayFolder('redis-test');
afterAll(() => rmSync(folder, { recursive: true }));

async function start(): Promise<Redis> {
  const { PATH } = environment;
  const redis = await startRedis({ directory: join(folder, 'redis'), environment: { PATH }, log: () => undefined });
  if ('unavailable' in redis) throw new Error(redis.unavailable);
  return redis;
}

async function ask<T>(redis: Redis, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(redis.url);
  client.on('error', () => undefined);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

test('data survives a stop, and a kill -9', async () => {
  const first = await start();
  await ask(first, (client) => client.set('letters', '42'));
  await first.stop();

  const second = await start();
  await ask(second, async (client) => {
    await client.incr('letters');
    // While the disk is busy Redis keeps what it has to append to itself, for two seconds at most.
    await eventually(async () => (await client.info('persistence')).includes('aof_buffer_length:0'));
  });
  process.kill(second.pid, 'SIGKILL');
  await second.child.exited;

  const third = await start();
  expect(await ask(third, (client) => client.get('letters'))).toBe('43');
  await third.stop();
});

test('a server that already runs on the folder is adopted; nothing is ever evicted', async () => {
  const one = await start();
  const other = await start();
  expect(other).toMatchObject({ adopted: true, pid: one.pid });
  const policy = await ask(other, (client) => client.config('GET', 'maxmemory-policy'));
  expect(policy).toEqual(['maxmemory-policy', 'noeviction']);
  await other.stop();
  await one.child.exited;
});
