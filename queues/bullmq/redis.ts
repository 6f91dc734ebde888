import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueBackend } from './backend.ts';

const prefix = 'oms';
/** The default keeps a process alive for two seconds after a connection that never was. */
const disconnectTimeout = 200;

/** BullMQ on Redis. Refuses a Redis that may throw keys away: an evicted job is a document that waits for the sweep. */
export async function redisBackend(redisUrl: string, onError: (error: Error) => void): Promise<QueueBackend> {
  // Producers fail at once while Redis is away; only workers wait for it.
  const atOnce = { maxRetriesPerRequest: 0, enableOfflineQueue: false, lazyConnect: true };
  const producer = new Redis(redisUrl, { ...atOnce, disconnectTimeout });
  producer.on('error', onError);
  try {
    await producer.connect();
    await refuseEviction(producer);
  } catch (error) {
    // Or it would go on connecting, and keep a process alive that has refused to start.
    producer.disconnect();
    throw error;
  }
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null, disconnectTimeout });
  consumer.on('error', onError);
  return {
    name: 'redis',
    queue: (name) => listening(new Queue(name, { connection: producer, prefix, skipVersionCheck: true }), onError),
    worker: (name, process, options) =>
      listening(new Worker(name, process, { ...options, connection: consumer, prefix }), onError),
    async [Symbol.asyncDispose]() {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

function listening<T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
  emitter: T,
  onError: (error: Error) => void,
): T {
  emitter.on('error', onError);
  return emitter;
}

async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === 'noeviction') return;
  throw new Error(`REDIS_URL: this Redis may evict keys (maxmemory-policy ${policy}); queues need noeviction`);
}
