import type { Message, RecordMetadata } from 'kafkajs';
import type { BrokerReceipt } from '#processors/document/ports.ts';
import { within } from '#processors/engine/within.ts';
import { protocolError } from './kafka-client.ts';
import type { LiveProducer, ProducerKeeper } from './kafka-producer.ts';
import type { Topics } from './kafka-topics.ts';
import type { Entry } from './send-queue.ts';

export interface Outgoing {
  topic: string;
  message: Message;
  bytes: number;
}

export type Delivery = Entry<Outgoing, BrokerReceipt>;

/**
 * Sends a batch and gives every record its own receipt. A batch that is refused because of some of its records is sent
 * again in parts, so that those fail alone. First in its partitions: with the same producer and the same sequence
 * numbers the broker recognises the parts it already has, and answers with their offsets instead of writing them twice.
 */
export class Deliveries {
  readonly #keeper: ProducerKeeper;
  readonly #topics: Topics;
  readonly #timeoutMs: number;

  constructor(keeper: ProducerKeeper, topics: Topics, timeoutMs: number) {
    this.#keeper = keeper;
    this.#topics = topics;
    this.#timeoutMs = timeoutMs;
  }

  /** Settles every entry; never throws. */
  async send(batch: readonly Delivery[]): Promise<void> {
    await this.#topics.ensure(new Set(batch.map(({ item }) => item.topic)));
    let live: LiveProducer;
    try {
      live = await this.#keeper.producer();
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    live.sending = true;
    await this.#attempt(batch, live);
    live.sending = false;
    if (live.stale) this.#keeper.discard(live, 'stale');
  }

  async #attempt(batch: readonly Delivery[], live: LiveProducer): Promise<void> {
    try {
      const replies = await within(this.#timeoutMs, 'the send', sendBatch(live, batch, this.#timeoutMs));
      this.#keeper.proven();
      handOut(batch, replies, live);
    } catch (error) {
      const type = protocolError(error) ?? '';
      const recordsRefused = aboutRecords.has(type);
      const placeRefused = aboutPlace.has(type);
      // A bad topic stays in kafkajs's metadata and would spoil later sends, but not those of this batch.
      if (placeRefused) live.stale = true;
      else if (!recordsRefused) this.#keeper.discard(live, error);
      if (type === 'UNKNOWN_TOPIC_OR_PARTITION') for (const { item } of batch) this.#topics.forget(item.topic);

      const parts = recordsRefused || placeRefused ? partsOf(batch, live, recordsRefused) : [];
      if (parts.length < 2) for (const { reject } of batch) reject(error);
      // One part may have cost us the producer: its sequence numbers say nothing to the next one.
      else for (const part of parts) await (live.discarded ? this.send(part) : this.#attempt(part, live));
    }
  }
}

/** What a broker says about records, not about itself or us. */
const aboutRecords = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** What it says about one topic or one partition; others may be well. */
const aboutPlace = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
]);

export const isRefusal = (error: unknown): boolean => aboutRecords.has(protocolError(error) ?? '');

function sendBatch({ producer }: LiveProducer, batch: readonly Delivery[], timeout: number): Promise<RecordMetadata[]> {
  const byTopic = Map.groupBy(batch, ({ item }) => item.topic);
  return producer.sendBatch({
    acks: -1,
    timeout,
    topicMessages: [...byTopic].map(([topic, entries]) => ({
      topic,
      messages: entries.map(({ item }) => item.message),
    })),
  });
}

/** A reply names the offset of a partition's first record; the others follow in the order they were given. */
function handOut(batch: readonly Delivery[], replies: readonly RecordMetadata[], live: LiveProducer): void {
  const next = new Map(replies.map((reply) => [`${reply.topicName} ${reply.partition}`, Number(reply.baseOffset)]));
  for (const { item, resolve, reject } of batch) {
    const partition = live.partitions.get(item.message);
    const place = `${item.topic} ${partition}`;
    const offset = next.get(place);
    if (partition === undefined || offset === undefined) {
      reject(new Error(`the broker's reply says nothing of ${place}`));
      continue;
    }
    next.set(place, offset + 1);
    resolve({ topic: item.topic, partition, offset: String(offset) });
  }
}

/** By partition if there are several; else, when a record is to blame, in halves. */
function partsOf(batch: readonly Delivery[], live: LiveProducer, halve: boolean): readonly (readonly Delivery[])[] {
  const places = Map.groupBy(batch, ({ item }) => `${item.topic} ${live.partitions.get(item.message)}`);
  if (places.size > 1 || !halve || batch.length === 1) return [...places.values()];
  const middle = batch.length >> 1;
  return [batch.slice(0, middle), batch.slice(middle)];
}
