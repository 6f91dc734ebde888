import type { BrokerReceipt, Later, StatusEvent, StatusPublisher } from '#processors/document/ports.ts';
import { hubUnavailable } from '#processors/document/publish.ts';
import { Fault } from '#processors/engine/outcome.ts';
import { bytesOf, cloudEventRecord } from './cloud-event.ts';
import type { KafkaAddress, Log } from './kafka-client.ts';
import { Deliveries, isRefusal, type Outgoing } from './kafka-delivery.ts';
import { ProducerKeeper } from './kafka-producer.ts';
import { type TopicShape, Topics } from './kafka-topics.ts';
import { SendQueue } from './send-queue.ts';

/** The keeper is at it: nobody has to try for Kafka's return to be noticed. */
const backSoonMs = 1_000;

/**
 * Publishes status events to Kafka. `publish` resolves when all in-sync replicas have the event, and throws within
 * `timeoutMs` otherwise: retrying is the engine's business. While Kafka is known to be away nothing is tried, and the
 * answer is `Later`. A throw leaves the outcome unknown, so an event may be there twice, with the same `ce_id`.
 */
export function openKafkaHub(options: KafkaHubOptions): KafkaHub {
  const { timeoutMs = 5_000, log, topicShape = { numPartitions: -1, replicationFactor: -1 } } = options;
  const { brokers, clientId, ssl, sasl } = options;
  const address: KafkaAddress = { brokers, clientId, ...(ssl && { ssl }), ...(sasl && { sasl }) };
  // Half of the time to wait for one's turn, half for the send.
  const halfMs = Math.ceil(timeoutMs / 2);

  const keeper = new ProducerKeeper(address, halfMs, log);
  const deliveries = new Deliveries(keeper, new Topics(address, topicShape, halfMs, log), halfMs);
  const queue = new SendQueue<Outgoing, BrokerReceipt>(
    { maxItems: 500, maxBytes: 900_000, maxWaitMs: halfMs, bytesOf: ({ bytes }) => bytes },
    () => keeper.producer(),
    (batch) => deliveries.send(batch),
  );
  let closed = false;

  return {
    get connected() {
      return keeper.connected;
    },
    async publish(topic, event) {
      if (closed) throw unavailable(topic, event, new Error('the event hub is closed'));
      const { away } = keeper;
      if (away) return { kind: 'later', afterMs: backSoonMs, reason: `Kafka is out of reach: ${away.message}` };
      const message = cloudEventRecord(event, options.traceparent?.());
      try {
        return await queue.add({ topic, message, bytes: bytesOf(message) });
      } catch (error) {
        throw isRefusal(error) ? refused(topic, event, error) : unavailable(topic, event, error);
      }
    },
    async close() {
      closed = true;
      await queue.drained();
      await keeper.close();
    },
  };
}

export interface KafkaHubOptions extends KafkaAddress {
  /** How long one publish may take altogether; 5 s unless told. */
  timeoutMs?: number;
  log: Log;
  /** For topics that are missing; the broker's own defaults unless told. */
  topicShape?: TopicShape;
  /** The trace that a publish belongs to, if any. */
  traceparent?: () => string | undefined;
}

export interface KafkaHub extends StatusPublisher {
  publish(topic: string, event: StatusEvent): Promise<BrokerReceipt | Later>;
  /** For readiness. Follows Kafka's coming and going by itself, without traffic. */
  readonly connected: boolean;
  /** Publishes what was accepted, then disconnects. */
  close(): Promise<void>;
}

const unavailable = (topic: string, event: StatusEvent, cause: unknown): Fault =>
  fault(hubUnavailable, `The event could not be published to ${topic}`, event, cause);

/** Kafka is well, but does not take this event (too large, most likely): no time will heal it. */
const refused = (topic: string, event: StatusEvent, cause: unknown): Fault =>
  fault('OMS_EVENT_REFUSED', `Kafka refused the event for ${topic}`, event, cause);

function fault(code: string, what: string, event: StatusEvent, cause: unknown): Fault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const details = { eventId: event.id };
  return new Fault({ code, category: 'INTERNAL_ERROR', description: `${what}: ${reason}`, details }, { cause });
}
