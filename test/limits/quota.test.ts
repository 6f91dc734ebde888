import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { pointStore } from '#src/limits/point-store.ts';
import { countRequests, type PointStore, type Quota } from '#src/limits/quota.ts';
import { openRedis } from '#src/platform/redis.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';

/** A window that does not end during a test. */
const quotaOf = (requests: number): Quota => ({ requests, windowSeconds: 3_600 });

async function openStores(kind: 'Redis' | 'PostgreSQL') {
  const opened = new AsyncDisposableStack();
  const pool = opened.adopt(new Pool({ connectionString: await freshDatabase(), max: 4 }), (pool) => pool.end());
  const url = redisUrl();
  /** As a process of its own would open it. */
  const store = async (quota: Quota) => {
    if (kind === 'PostgreSQL') return pointStore({ pool }, quota);
    const { redis } = opened.use(openRedis(url, () => undefined));
    await once(redis, 'ready');
    return pointStore({ pool, redis }, quota);
  };
  return { store, pool, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The store, and how often it was asked. */
const counted = (store: PointStore): PointStore & { asked: number } => ({
  asked: 0,
  consume(key, points) {
    this.asked++;
    return store.consume(key, points);
  },
});

describe.each(['Redis', 'PostgreSQL'] as const)('a quota kept in %s', (kind) => {
  test.each([5, 199, 1_000, 12_345])(
    'of %d is what two processes get together, to the last request',
    async (requests) => {
      await using stores = await openStores(kind);
      const quota = quotaOf(requests);
      const processes = [
        countRequests(await stores.store(quota), quota),
        countRequests(await stores.store(quota), quota),
      ];
      const answers = await Promise.all(
        Array.from({ length: requests + 50 }, (_, index) => processes[index % 2]?.('arcade')),
      );
      // Points of a block that one process has fetched and the other one could have used are found by asking on.
      for (const count of processes)
        for (let more = 0; more < requests / 50; more++) answers.push(await count('arcade'));
      expect(answers.filter((answer) => answer?.admitted)).toHaveLength(requests);
      expect(answers.at(-1)).toMatchObject({ admitted: false, remaining: 0 });
    },
  );

  test('costs the store a call for a hundredth of it, however many come at once', async () => {
    await using stores = await openStores(kind);
    const quota = quotaOf(10_000);
    const store = counted(await stores.store(quota));
    const count = countRequests(store, quota);
    const answers = await Promise.all(Array.from({ length: 5_000 }, () => count('arcade')));
    expect(answers.every(({ admitted }) => admitted)).toBe(true);
    expect(store.asked).toBe(50);
  });

  test('that is used up costs the store nothing more', async () => {
    await using stores = await openStores(kind);
    const quota = quotaOf(3);
    const store = counted(await stores.store(quota));
    const count = countRequests(store, quota);
    for (let request = 0; request < 20; request++) await count('arcade');
    expect(store.asked).toBe(3);
  });

  test('is each client’s own', async () => {
    await using stores = await openStores(kind);
    const quota = quotaOf(1);
    const count = countRequests(await stores.store(quota), quota);
    await count('arcade');
    expect([(await count('arcade')).admitted, (await count('cibt')).admitted]).toEqual([false, true]);
  });

  test('is there again in the next window', async () => {
    await using stores = await openStores(kind);
    const quota = { requests: 2, windowSeconds: 1 };
    const count = countRequests(await stores.store(quota), quota);
    const firsts = [await count('arcade'), await count('arcade')];
    expect(firsts.every(({ admitted }) => admitted)).toBe(true);
    await eventually(async () => (await count('arcade')).admitted);
  });
});

describe('a store that is away refuses nobody', () => {
  test('no Redis: this process counts for itself', async () => {
    await using redis = openRedis('redis://127.0.0.1:1', () => undefined);
    await using stores = await openStores('PostgreSQL');
    const quota = quotaOf(200);
    const count = countRequests(pointStore({ pool: stores.pool, redis: redis.redis }, quota), quota);
    const answers = await Promise.all(Array.from({ length: 250 }, () => count('arcade')));
    expect(answers.filter(({ admitted }) => admitted)).toHaveLength(200);
  });

  test('a table that does not answer: the same, without waiting for it', async () => {
    await using stores = await openStores('PostgreSQL');
    const lock = await stores.pool.connect();
    await lock.query('begin; lock table rate_limit in access exclusive mode');
    const quota = quotaOf(3);
    const count = countRequests(await stores.store(quota), quota);
    expect(await count('arcade')).toMatchObject({ admitted: true, remaining: 2 });
    await lock.query('rollback');
    lock.release();
  });
});
