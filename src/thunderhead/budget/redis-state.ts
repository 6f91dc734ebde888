import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { SharedState } from './shared-state.ts';

const compareAndSet = `
if (redis.call('hget', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'version', ARGV[2], 'value', ARGV[3])
return 1`;

/** In one hash. The connection must fail at once while Redis is away (`platform/redis.ts`): whoever asks is told so. */
export function redisState(redis: Redis, key = 'oms:thunderhead:calls'): SharedState {
  return {
    async read() {
      const [version, text] = await redis.hmget(key, 'version', 'value');
      return { version: version ?? '', value: text ? parsed(text) : undefined };
    },
    async write(version, value) {
      // Never one that was there before: a counter would start again with a Redis that was emptied.
      return (await redis.eval(compareAndSet, 1, key, version, randomUUID(), JSON.stringify(value))) === 1;
    },
  };
}

/** What somebody else left there counts as lost, and is written over. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
