import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { within } from '#processors/engine/within.ts';
import type { QueueBackend } from './backend.ts';

const prefix = 'oms';
/** The default keeps a process alive for two seconds after a connection that never was. */
const disconnectTimeout = 200;
/** How long a start waits for Redis, which may be away. */
const connectTimeout = 2_000;
/** A Redis that takes longer to say how it is counts as away. */
const patienceMs = 1_000;

/**
 * BullMQ on Redis. One that is away is no reason not to start: requests are taken, and workers begin when it is back. One
 * that must not be used is: an evicted job is a document that waits for the sweep.
 */
export async function redisBackend(redisUrl: string, onError: (error: Error) => void): Promise<QueueBackend> {
  // Producers fail at once while Redis is away; only workers wait for it.
  const atOnce = { maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true };
  const producer = new Redis(redisUrl, { ...atOnce, connectTimeout, disconnectTimeout });
  let trouble: Error | undefined;
  producer.on('error', (error) => {
    trouble = error;
    onError(error);
  });
  producer.on('ready', () => {
    trouble = undefined;
  });

  const check = async (): Promise<void> => {
    const memory = await within(patienceMs, 'Redis', producer.info('memory')).catch((error) => {
      // Nobody else notices a connection that is there and silent.
      if (error.code === 'ETIMEDOUT') producer.disconnect(true);
      const cause = trouble ?? error;
      const message = `REDIS_URL: ${cause.message || cause.code}`;
      throw isRefusal(cause) ? new UnusableRedis(message, { cause }) : new Error(message, { cause });
    });
    refuseEviction(memory);
  };

  try {
    await within(connectTimeout, 'Redis', producer.connect()).catch(onError);
    await check();
  } catch (error) {
    if (error instanceof UnusableRedis) {
      // Or it would go on connecting, and keep a process alive that has refused to start.
      producer.disconnect();
      throw error;
    }
  }
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null, disconnectTimeout });
  consumer.on('error', onError);
  // Or what is asked of a Redis that was never there would wait for it.
  const unchecked = { skipVersionCheck: true, skipWaitingForReady: true };
  return {
    name: 'redis',
    check,
    queue: (name) => listening(new Queue(name, { connection: producer, prefix, ...unchecked }), onError),
    worker: (name, process, options) =>
      listening(new Worker(name, process, { ...options, connection: consumer, prefix }), onError),
    async [Symbol.asyncDispose]() {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

/** It is there, and must not be used: nothing but another configuration helps. */
class UnusableRedis extends Error {
  override readonly name = 'UnusableRedis';
}

/** It has answered, and does not let us in. */
const isRefusal = ({ message }: Error): boolean => /WRONGPASS|NOAUTH|NOPERM|invalid password/.test(message);

function listening<T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
  emitter: T,
  onError: (error: Error) => void,
): T {
  emitter.on('error', onError);
  return emitter;
}

function refuseEviction(memory: string): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy === 'noeviction') return;
  throw new UnusableRedis(`REDIS_URL: this Redis may evict keys (maxmemory-policy ${policy}); queues need noeviction`);
}
