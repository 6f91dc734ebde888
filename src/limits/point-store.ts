import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import type { PointStore, Quota } from './quota.ts';

const timeoutMs = 500;

/**
 * Redis when there is one, else a table. A store that is away, or slow, refuses nobody: this process then counts for
 * itself, so N processes admit up to N times the quota as long as it lasts.
 */
export function pointStore(shared: { redis?: Redis | undefined; pool: Pool }, quota: Quota): PointStore {
  const { redis, pool } = shared;
  const limits = { points: quota.requests, duration: quota.windowSeconds, keyPrefix: 'oms:rate' };
  const insured = { ...limits, insuranceLimiter: new RateLimiterMemory(limits) };
  const limiter = redis
    ? new RateLimiterRedis({ ...insured, storeClient: redis })
    : new RateLimiterPostgres({
        ...insured,
        storeClient: pool,
        storeType: 'pool',
        tableName: 'rate_limit',
        tableCreated: true,
      });
  return new RLWrapperTimeouts({ limiter, timeoutMs });
}
