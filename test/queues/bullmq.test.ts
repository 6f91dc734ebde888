import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Redis as Client } from 'ioredis';
import pg from 'pg';
import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { environment } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { freePort } from '#src/local/ports.ts';
import { type Redis, startRedis } from '#src/local/redis.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { type Opened, orchestrationContract } from './orchestration-contract.ts';

/** Every orchestration of one house: a backend of its own, closed after its queues and workers. */
const processOf =
  (urls: { redisUrl: string | undefined; databaseUrl: string }): Opened['orchestration'] =>
  async (options) => {
    const size = { workers: 3, concurrency: options.concurrency };
    const backend = await openBackend({ ...urls, ...size }, () => {});
    const orchestration = bullmqOrchestration({ ...options, backend });
    let closing: Promise<void> | undefined;
    return {
      ...orchestration,
      async [Symbol.asyncDispose]() {
        closing ??= close(orchestration, backend);
        await closing;
      },
    };
  };

async function close(...parts: AsyncDisposable[]): Promise<void> {
  for (const part of parts) await part[Symbol.asyncDispose]();
}

orchestrationContract('bullmq on Redis', async (opened) => {
  const [databaseUrl, redis] = [await freshDatabase(), redisUrl()];
  const client = new Client(redis);
  opened.defer(() => client.disconnect());
  return {
    databaseUrl,
    orchestration: processOf({ redisUrl: redis, databaseUrl }),
    throwAway: async () => void (await client.flushdb()),
  };
});

orchestrationContract('bullmq on PostgreSQL', async (opened) => {
  const databaseUrl = await freshDatabase();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  opened.defer(() => client.end());
  return {
    databaseUrl,
    orchestration: processOf({ redisUrl: undefined, databaseUrl }),
    async throwAway() {
      const { rows } = await client.query<{ jobs: number }>(
        'with gone as (delete from bullmq.job returning 1) select count(*)::int as jobs from gone',
      );
      expect(rows[0]?.jobs).toBeGreaterThan(0);
    },
  };
});

test('what a test does to the bell befalls what a settlement rings too, and not only who rings by hand', async () => {
  await using opened = new AsyncDisposableStack();
  const urls = { redisUrl: redisUrl(), databaseUrl: await freshDatabase() };
  const backend = opened.use(await openBackend({ ...urls, workers: 2, concurrency: 1 }, () => {}));
  const lost: string[] = [];
  const orchestration = opened.use(
    bullmqOrchestration({
      backend,
      clock: { now: () => new Date() },
      pipelines: [{ name: 'toy', stages: [{ name: 'a' }, { name: 'b' }] }],
      concurrency: 1,
      log: { warn: () => undefined },
      interfere: (ring) => async (signals) => {
        lost.push(...signals.filter(({ stage }) => stage === 'b').map(({ stage }) => stage));
        return ring(signals.filter(({ stage }) => stage !== 'b'));
      },
    }),
  );
  const ran: string[] = [];
  const ringFor = (stage: string) => ({ pipeline: 'toy', stage, ids: ['1'], dueAt: new Date() });
  await orchestration.start(async function* ({ stage }) {
    ran.push(stage);
    yield { next: [ringFor('b')], ended: [], failed: [], skipped: [] };
  });
  await orchestration.signal([ringFor('a')]);
  await eventually(async () => lost.length > 0);
  expect([ran, lost]).toEqual([['a'], ['b']]);
});

describe('a Redis of one’s own', () => {
  const folder = throwAwayFolder('queues-test');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function own(name: string, settings: Record<string, string> = {}, port?: number): Promise<Redis> {
    const { PATH } = environment;
    const options = { environment: { PATH }, durable: false, log: () => undefined };
    const redis = await startRedis({ ...options, directory: join(folder, name), settings, port });
    if ('unavailable' in redis) throw new Error(redis.unavailable);
    return redis;
  }

  const open = (url: string) =>
    openBackend({ redisUrl: url, databaseUrl: 'postgres://nowhere', workers: 1, concurrency: 1 }, () => {});

  test.each(['allkeys-lru', 'volatile-ttl'])('that may evict keys (%s) is refused by name', async (policy) => {
    const redis = await own(policy, { 'maxmemory-policy': policy });
    const client = new Client(redis.url);
    try {
      await expect(open(redis.url)).rejects.toThrow(new RegExp(`^REDIS_URL: .*${policy}.*noeviction`));
      // Nothing is left behind that would keep a process alive that refuses to start.
      await eventually(async () => `${await client.client('LIST')}`.trim().split('\n').length === 1);
    } finally {
      client.disconnect();
      await redis.stop();
    }
  });

  test('that does not let us in is refused by name', async () => {
    const redis = await own('locked');
    const url = new URL(redis.url);
    for (const password of ['', 'wrong']) {
      url.password = password;
      await expect(open(url.href)).rejects.toThrow(/^REDIS_URL: .*(WRONGPASS|NOAUTH)/);
    }
    await redis.stop();
  });

  test('that is away at first: what is asked of it fails at once, and goes through when it is there', async () => {
    const port = await freePort();
    const before = await own('late', {}, port);
    await before.stop();
    await using backend = await open(before.url);
    const queue = backend.queue('toy-a');
    await expect(backend.check()).rejects.toThrow();
    await expect(queue.getJobCounts('waiting')).rejects.toThrow();
    const redis = await own('late', {}, port);
    await eventually(() => backend.check().then(() => true));
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 0 });
    await queue.close();
    await redis.stop();
  });

  test('that goes away: a ring is dropped with a line in the log, nothing throws, and nothing waits', async () => {
    const redis = await own('mortal');
    await using opened = new AsyncDisposableStack();
    const backend = opened.use(await open(redis.url));
    const warnings: object[] = [];
    const orchestration = opened.use(
      bullmqOrchestration({
        backend,
        clock: { now: () => new Date() },
        pipelines: [{ name: 'toy', stages: [{ name: 'a' }] }],
        concurrency: 1,
        log: { warn: (about) => warnings.push(about) },
      }),
    );
    const ring = { pipeline: 'toy', stage: 'a', ids: ['1', '2', '3'], dueAt: new Date() };
    await orchestration.signal([ring]);
    expect(warnings).toEqual([]);
    await redis.stop();
    await eventually(async () => {
      const startedAt = performance.now();
      await orchestration.signal([ring]);
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      return warnings.length > 0;
    });
    expect(warnings[0]).toMatchObject({ documents: 3 });
  });
});
