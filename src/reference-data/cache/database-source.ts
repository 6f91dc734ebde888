import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { readSnapshot, readVersion, type Snapshot } from './snapshot.ts';
import type { ReferenceSource } from './source.ts';

export interface DatabaseSourcePorts {
  pool: Pool;
  /** Shared by all processes. Without it, or while it is away, each reads the database itself. */
  redis?: Redis | undefined;
}

/**
 * The database says which version is the newest; the rows of a version come from Redis, else from the database, which then
 * fills Redis. The version is in the key and is changed by the transaction that changes a row: what Redis holds under it
 * cannot be out of date, whoever dies, and nobody has to delete anything.
 */
export function databaseSource({ pool, redis }: DatabaseSourcePorts): ReferenceSource {
  const store = redis
    ? bentostore().useL2Layer(redisDriver({ connection: redis, prefix: 'oms' }))
    : bentostore().useL1Layer(memoryDriver({ maxItems: 1 }));
  const cache = new BentoCache({
    default: 'reference-data',
    stores: { 'reference-data': store },
    // Redis is there to be quicker; without it the database answers. Versions that nobody asks for any more go by themselves.
    suppressL2Errors: true,
    l2CircuitBreakerDuration: '2s',
    ttl: '10m',
  });
  return {
    async newerThan(known) {
      const version = await readVersion(pool);
      if (version === known) return undefined;
      let failure: unknown;
      return await cache
        .getOrSet<Snapshot>({
          key: `reference-data:${version}`,
          factory: () =>
            readSnapshot(pool).catch((error) => {
              failure = error;
              throw error;
            }),
        })
        .catch((error) => {
          throw failure ?? error;
        });
    },
  };
}
