import { randomUUID } from 'node:crypto';
import { kafkaClient } from '#src/events/kafka-client.ts';

/**
 * Reads the events back from the broker as a downstream team would: a consumer group of its own, from the beginning of
 * every topic of ours, knowing nothing but what the records say.
 */
export interface ReadEvent {
  id: string;
  requestId: string;
  status: string;
  topic: string;
  partition: number;
  offset: string;
}

const OUR_TOPICS = /^oms\./;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Reads until there is an event for every request, or the time is over; what was found is the answer either way. */
export async function readEvents(
  brokers: string,
  requestIds: readonly string[],
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ReadEvent[]> {
  const client = kafkaClient({ brokers: brokers.split(','), clientId: 'oms-demo-reader' }, 10_000, silent);
  const consumer = client.kafka.consumer({ groupId: `oms-demo-${randomUUID()}` });
  const missing = new Set(requestIds);
  const found: ReadEvent[] = [];
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  signal.addEventListener('abort', () => resolve(), { once: true });
  try {
    const admin = client.kafka.admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((topic) => OUR_TOPICS.test(topic));
    await admin.disconnect();
    if (topics.length === 0) return [];
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, partition, message }) => {
        const requestId = `${message.headers?.ce_subject}`;
        if (!requestIds.includes(requestId)) return;
        found.push({
          ...{ id: `${message.headers?.ce_id}`, requestId, topic, partition, offset: message.offset },
          status: (JSON.parse(`${message.value}`) as { status: string }).status,
        });
        missing.delete(requestId);
        if (missing.size === 0) resolve();
      },
    });
    await complete;
    return found;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect().catch(() => undefined);
    client.destroy();
  }
}
