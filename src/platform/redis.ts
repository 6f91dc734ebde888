import { Redis } from 'ioredis';

export interface RedisConnection extends AsyncDisposable {
  redis: Redis;
}

/**
 * A connection for what Redis only makes quicker: caches, limits. It answers at once or fails at once, so that nobody
 * waits for a Redis that is away; whoever uses it goes on without. (BullMQ has connections of its own.)
 */
export function openRedis(url: string, onError: (error: Error) => void): RedisConnection {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
  });
  redis.on('error', onError);
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
}
