import type { Redis } from 'ioredis';

/**
 * For which tokens OIDM has vouched, known to all processes. All that Redis holds is a moment under a hash: it can spare
 * a call to OIDM, and never the check of the signature, so that whoever can write there can let nobody in.
 */
export interface ValidationCache {
  /** Until when (milliseconds since 1970); 0 when nothing is known. Never throws. */
  until(key: string): Promise<number>;
  remember(key: string, until: number, now: number): void;
}

/** With no Redis, or while it is away, nothing is known here and OIDM is asked. */
export const openValidationCache = (redis: Redis | undefined): ValidationCache =>
  redis
    ? {
        until: async (key) => {
          const moment = Number(await redis.get(key).catch(() => null));
          return Number.isSafeInteger(moment) ? moment : 0;
        },
        remember: (key, until, now) => void redis.set(key, until, 'PX', until - now).catch(() => undefined),
      }
    : { until: async () => 0, remember: () => undefined };
