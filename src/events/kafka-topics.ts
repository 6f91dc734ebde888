import { within } from '#processors/engine/within.ts';
import { type KafkaAddress, kafkaClient, type Log, protocolError } from './kafka-client.ts';

/**
 * Topics come from reference data, so the first event of a new document family may find its topic missing. It is looked
 * for once and created if it can be. If not (no right to, or none to look), we go on: the broker may create it itself,
 * and if it does not, the send says so.
 */
export class Topics {
  readonly #known = new Set<string>();
  readonly #address: KafkaAddress;
  readonly #shape: TopicShape;
  readonly #timeoutMs: number;
  readonly #log: Log;

  constructor(address: KafkaAddress, shape: TopicShape, timeoutMs: number, log: Log) {
    this.#address = address;
    this.#shape = shape;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
  }

  async ensure(topics: Iterable<string>): Promise<void> {
    const unknown = new Set([...topics].filter((topic) => !this.#known.has(topic)));
    if (unknown.size === 0) return;
    for (const topic of unknown) this.#known.add(topic);
    const client = kafkaClient(this.#address, this.#timeoutMs, this.#log);
    const admin = client.kafka.admin();
    const look = async () => {
      await admin.connect();
      for (const topic of unknown) {
        // One by one: a topic that may not be seen must not hide the others.
        await admin
          .fetchTopicMetadata({ topics: [topic] })
          .catch(async (error) => {
            if (protocolError(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
            const created = await admin.createTopics({ topics: [{ topic, ...this.#shape }], timeout: this.#timeoutMs });
            if (created) this.#log.info({ topic, ...this.#shape }, 'created the Kafka topic');
          })
          .catch((error) => this.#log.warn({ topic, cause: reason(error) }, 'could not make sure of the Kafka topic'));
      }
    };
    try {
      await within(this.#timeoutMs, 'looking for topics', look());
    } catch (error) {
      // Kafka is away, most likely, and the send will fail too: look again next time.
      for (const topic of unknown) this.#known.delete(topic);
      this.#log.debug({ topics: [...unknown], cause: reason(error) }, 'could not look for Kafka topics');
    } finally {
      await within(1_000, 'disconnecting', admin.disconnect()).catch(() => {});
      client.destroy();
    }
  }

  /** A topic that was deleted is looked for, and created, again. */
  forget(topic: string): void {
    this.#known.delete(topic);
  }
}

/** -1: the broker's own default. */
export interface TopicShape {
  numPartitions: number;
  replicationFactor: number;
}

const reason = (error: unknown): string => (error instanceof AggregateError ? String(error.errors[0]) : String(error));
