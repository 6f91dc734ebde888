import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import './kafkajs-timers.ts';

/**
 * kafkajs, with its sockets in our hands. It does not say when a connection is lost, and it can wait for ever on one;
 * whoever holds the sockets sees both, and can end it.
 */
export interface KafkaClient {
  kafka: Kafka;
  /** Breaks every connection; whatever kafkajs was waiting for fails now. */
  destroy(): void;
}

export interface KafkaAddress {
  brokers: readonly string[];
  clientId: string;
  ssl?: NonNullable<KafkaConfig['ssl']>;
  sasl?: NonNullable<KafkaConfig['sasl']>;
}

export interface Log {
  debug(object: object, message: string): void;
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  error(object: object, message: string): void;
}

export function kafkaClient(
  address: KafkaAddress,
  requestTimeout: number,
  log: Log,
  onLost: () => void = () => {},
): KafkaClient {
  const sockets = new Set<Socket>();
  const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectSecurely({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    // A record must not wait for the acknowledgement of the one before (Nagle's algorithm).
    socket.setNoDelay(true);
    sockets.add(socket);
    let connected = false;
    socket.once(ssl ? 'secureConnect' : 'connect', () => {
      connected = true;
    });
    socket.once('close', () => {
      sockets.delete(socket);
      if (connected) onLost();
    });
    return socket;
  };
  const kafka = new Kafka({
    ...address,
    brokers: [...address.brokers],
    requestTimeout,
    connectionTimeout: Math.min(1_000, requestTimeout),
    socketFactory,
    // Few and fast: the real retries are the engine's. But every seed broker gets its turn. All values are given,
    // because kafkajs's defaults depend on NODE_ENV.
    retry: {
      retries: Math.max(2, address.brokers.length),
      initialRetryTime: 50,
      maxRetryTime: 500,
      factor: 0.2,
      multiplier: 2,
    },
    logLevel: logLevel.INFO,
    // What kafkajs calls an error is one failed attempt of many. The hub itself says when Kafka goes away and returns.
    logCreator:
      () =>
      ({ namespace, log: { message, timestamp, logger, stack, ...rest } }) =>
        log.debug({ ...rest, namespace }, `kafkajs: ${message}`),
  });
  return {
    kafka,
    destroy() {
      // With an error, or kafkajs would not notice and would go on waiting.
      for (const socket of sockets) socket.destroy(new Error('given up by the event hub'));
    },
  };
}

/** The protocol's name of an error, however deeply kafkajs has wrapped it: `MESSAGE_TOO_LARGE`. */
export function protocolError(error: unknown): string | undefined {
  for (let at = error as Wrapped | undefined; at; at = at.cause ?? at.originalError) if (at.type) return at.type;
  return undefined;
}

interface Wrapped {
  type?: string;
  cause?: Wrapped;
  originalError?: Wrapped;
}
