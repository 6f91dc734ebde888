import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, Producer } from 'kafkajs';
import { within } from '#processors/engine/within.ts';
import { type KafkaAddress, kafkaClient, type Log } from './kafka-client.ts';
import { rememberingPartitioner } from './partition.ts';

/**
 * Keeps one live producer. A kafkajs producer that timed out, lost its place in a sequence or its connection is not to
 * be trusted again: it is thrown away whole, and one new one is built, with back-off, in the background. So nobody has
 * to publish for Kafka's return to be noticed, and start-up does not wait for Kafka.
 */
export class ProducerKeeper {
  #live: LiveProducer | undefined;
  #building: Promise<LiveProducer> | undefined;
  /** Why the last attempt failed; undefined while there is a producer, or a first attempt at one. */
  #down: { cause: Error; since: number } | undefined;
  #connectedBefore = false;
  /** Builds in a row that brought no successful send. */
  #fruitless = 0;
  readonly #closing = new AbortController();
  readonly #address: KafkaAddress;
  readonly #timeoutMs: number;
  readonly #log: Log;

  constructor(address: KafkaAddress, timeoutMs: number, log: Log) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
    this.#log = log;
    this.#rebuild();
  }

  get connected(): boolean {
    return this.#live !== undefined;
  }

  /** Why Kafka is out of reach; undefined while it is not known to be. */
  get away(): Error | undefined {
    return this.#down?.cause;
  }

  /** The live producer; waits for an attempt under way, but throws at once while Kafka is known to be away. */
  async producer(): Promise<LiveProducer> {
    if (this.#live) return this.#live;
    if (this.#down) throw this.#down.cause;
    if (this.#building) return await this.#building;
    throw new Error('the event hub is closed');
  }

  /** After a send that succeeded: what is built next need not wait. */
  proven(): void {
    this.#fruitless = 0;
  }

  discard(producer: LiveProducer, why: unknown): void {
    if (this.#live !== producer) return;
    this.#log.debug({ why: String(why) }, 'event hub: building a new producer');
    this.#live = undefined;
    producer.discarded = true;
    // One that lived long was no failure: brokers close idle connections every ten minutes.
    if (Date.now() - producer.since > 10_000) this.#fruitless = 0;
    producer.destroy();
    this.#rebuild();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const live = this.#live;
    this.#live = undefined;
    if (live) await within(this.#timeoutMs, 'disconnecting', live.producer.disconnect()).catch(() => live.destroy());
    await this.#building?.catch(() => {});
  }

  #rebuild(): void {
    if (this.#closing.signal.aborted) return;
    const building = this.#build(backoffMs(this.#fruitless++));
    this.#building = building;
    building.then(
      (live) => {
        this.#building = undefined;
        if (this.#closing.signal.aborted) return live.destroy();
        this.#live = live;
        this.#sayItIsBack();
        this.#down = undefined;
      },
      (cause: Error) => {
        this.#building = undefined;
        if (this.#closing.signal.aborted) return;
        this.#sayItIsAway(cause);
        this.#down = { cause, since: this.#down?.since ?? Date.now() };
        this.#rebuild();
      },
    );
  }

  #sayItIsAway(cause: Error): void {
    if (this.#down) return;
    const { brokers } = this.#address;
    this.#log.warn(
      { brokers, cause: cause.message },
      'Kafka is out of reach; events wait in the database until it is back',
    );
  }

  #sayItIsBack(): void {
    const { brokers } = this.#address;
    if (this.#down) this.#log.info({ brokers, awayMs: Date.now() - this.#down.since }, 'Kafka is back');
    else if (!this.#connectedBefore) this.#log.info({ brokers }, 'connected to Kafka');
    this.#connectedBefore = true;
  }

  async #build(afterMs: number): Promise<LiveProducer> {
    // Not a reason to keep the process alive.
    if (afterMs > 0) await sleep(afterMs, undefined, { ref: false, signal: this.#closing.signal });
    let live: LiveProducer | undefined;
    const partitions = new WeakMap<Message, number>();
    const client = kafkaClient(this.#address, this.#timeoutMs, this.#log, () => {
      if (!live) return;
      live.stale = true;
      // A send under way may still succeed, or fails by itself; its end discards the producer.
      if (!live.sending) this.discard(live, 'connection lost');
    });
    const producer = client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: rememberingPartitioner(partitions),
    });
    live = {
      producer,
      since: Date.now(),
      partitions,
      sending: false,
      stale: false,
      discarded: false,
      destroy() {
        client.destroy();
        producer.disconnect().catch(() => {});
      },
    };
    try {
      await within(this.#timeoutMs, 'connecting', producer.connect());
      // A seed broker that hung up on the way says nothing about the one that did not.
      live.stale = false;
      return live;
    } catch (error) {
      live.destroy();
      throw error;
    }
  }
}

export interface LiveProducer {
  readonly producer: Producer;
  readonly since: number;
  /** Where each record went, as our partitioner decided. */
  readonly partitions: WeakMap<Message, number>;
  sending: boolean;
  /** To be discarded as soon as nothing is under way. */
  stale: boolean;
  discarded: boolean;
  destroy(): void;
}

function backoffMs(fruitless: number): number {
  if (fruitless === 0) return 0;
  return Math.min(5_000, 50 * 2 ** fruitless) * (0.75 + Math.random() / 2);
}
