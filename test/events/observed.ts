import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { type BrokerReceipt, isLater, type StatusEvent } from '#processors/document/ports.ts';
import type { Fault } from '#processors/engine/outcome.ts';
import { type KafkaHub, type KafkaHubOptions, openKafkaHub } from '#src/events/kafka-hub.ts';
import { eventually } from '#test/support/eventually.ts';

/** Hubs for tests, events for them to publish, and the other side: what an independent consumer then finds. */
export interface Opened {
  /** While Kafka is known to be away its `publish` throws with the code `later`. */
  hub: Omit<KafkaHub, 'publish'> & { publish(topic: string, event: StatusEvent): Promise<BrokerReceipt> };
  /** What it logged, but for debugging. */
  lines: string[];
}

const opened: KafkaHub[] = [];

export function openHub(brokers: string, options: Partial<KafkaHubOptions> = {}): Opened {
  const lines: string[] = [];
  const say = (_: object, message: string) => void lines.push(message);
  const log = { debug: () => undefined, info: say, warn: say, error: say };
  const topicShape = { numPartitions: 3, replicationFactor: -1 };
  const hub = openKafkaHub({ brokers: brokers.split(','), clientId: 'oms-test', log, topicShape, ...options });
  opened.push(hub);
  return {
    hub: {
      get connected() {
        return hub.connected;
      },
      async publish(topic, event) {
        const answer = await hub.publish(topic, event);
        if (isLater(answer)) throw Object.assign(new Error(answer.reason), { failure: { code: 'later' } });
        return answer;
      },
      close: () => hub.close(),
    },
    lines,
  };
}

export async function closeHubs(): Promise<void> {
  await Promise.all(opened.splice(0).map((hub) => hub.close()));
}

export const newTopic = (): string => `oms.test-${randomUUID()}`;

export const event = (subject: string = randomUUID(), statusVersion = 1, correlationId = 'c-1'): StatusEvent => ({
  id: randomUUID(),
  type: 'com.oms.document.status.final.v1',
  subject,
  time: '2026-11-21T10:00:00.000Z',
  data: {
    ...{ requestId: subject, correlationId, sourceSystem: 'ARCADE', documentType: 'INVOICE', documentName: 'IVZRECPA' },
    ...{ status: 'COMPLETED', batch: null, dmsDocumentId: 8888, errors: [], attempt: 1, statusVersion },
    occurredAt: '2026-11-21T10:00:00.000Z',
  },
});

export const events = (count: number): StatusEvent[] => Array.from({ length: count }, () => event());

export const place = ({ partition, offset }: { partition: number; offset: string }): string => `${partition}/${offset}`;

/** `published`, or the code of the fault. */
export const fates = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
  results.map((result) => (result.status === 'rejected' ? (result.reason as Fault).failure.code : 'published'));

const client = (brokers: string) => new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });

export async function asAdmin<T>(brokers: string, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client(brokers).admin();
  await admin.connect();
  return act(admin).finally(() => admin.disconnect());
}

export interface Found {
  partition: number;
  offset: string;
  message: KafkaMessage;
}

/** All records of a topic. */
export async function read(brokers: string, topic: string): Promise<Found[]> {
  const ends = await asAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  const count = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const consumer = client(brokers).consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  const found: Found[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => void found.push({ partition, offset: message.offset, message }),
  });
  await eventually(() => found.length >= count, { timeoutMs: 20_000 });
  await consumer.disconnect();
  return found;
}

/** Which event stands where: place to `ce_id`. */
export async function readPlaces(brokers: string, topic: string): Promise<Map<string, string>> {
  const found = await read(brokers, topic);
  return new Map(found.map((record) => [place(record), `${record.message.headers?.ce_id}`]));
}
