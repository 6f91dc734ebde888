import type { StatusPublisher } from '#processors/document/ports.ts';
import type { Config } from '#src/config.ts';
import type { Logger } from '#src/platform/log.ts';
import { feedOnly } from './feed-only.ts';
import { openKafkaHub } from './kafka-hub.ts';

export interface EventOutlet extends AsyncDisposable {
  publisher: StatusPublisher;
  /** In words, for the readiness probe. */
  state(): string;
}

/** Kafka when there is one; otherwise the status feed alone, and that is said aloud. */
export function openEvents(config: Pick<Config, 'kafkaBrokers' | 'kafkaClientId'>, log: Logger): EventOutlet {
  if (config.kafkaBrokers.length === 0) {
    log.warn(
      'KAFKA_BROKERS is not set: final statuses go to the status feed (GET /api/v1/status-events) and nowhere else',
    );
    return withoutKafka('not configured');
  }
  const hub = openKafkaHub({ brokers: [...config.kafkaBrokers], clientId: config.kafkaClientId, log });
  return {
    publisher: hub,
    state: () => (hub.connected ? 'connected' : 'out of reach; documents wait in publish'),
    [Symbol.asyncDispose]: () => hub.close(),
  };
}

export const withoutKafka = (why: string): EventOutlet => ({
  publisher: feedOnly,
  state: () => why,
  [Symbol.asyncDispose]: async () => undefined,
});
