import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child.ts';
import { cacheFolder } from './folders.ts';
import { startKafka } from './kafka.ts';
import { rememberedPorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

/**
 * The three services the OMS stands on, side by side in one folder. What the environment names (DATABASE_URL, REDIS_URL,
 * KAFKA_BROKERS) is used as it is and never stopped; PostgreSQL is a must, the other two may be missing, with a reason.
 */
export interface Services {
  databaseUrl: string;
  redisUrl: string | null;
  kafkaBrokers: string | null;
  /** Why something is null. */
  reasons: { redis?: string; kafka?: string };
  /** Those that are ours: to notice when one dies. */
  children: readonly Pick<Child, 'name' | 'pid' | 'logFile' | 'exited'>[];
  /** In order: Kafka, Redis, PostgreSQL. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  directory: string;
  environment: NodeJS.ProcessEnv;
  /** fixed: the same ports as last time, as long as they are free. */
  ports: 'fixed' | 'free';
  redis?: boolean;
  kafka?: boolean;
  /** false: for data that nobody will miss. */
  durable?: boolean;
  postgresSettings?: Record<string, string>;
  redisSettings?: Record<string, string>;
  signal?: AbortSignal;
  log: (line: string) => void;
}

interface Service {
  address: string | null;
  reason?: string;
  child?: Services['children'][number];
  stop?: () => Promise<void>;
}

export async function startServices(options: ServicesOptions): Promise<Services> {
  mkdirSync(options.directory, { recursive: true });
  const remembered = rememberedPorts(join(options.directory, 'ports.json'));
  // Asked for one after the other: two at once might be given the same free port.
  const ports: Record<string, number> = {};
  if (options.ports === 'fixed') {
    for (const name of ['postgres', 'redis', 'kafka']) ports[name] = await remembered(name);
  }
  const starts = [kafka, redis, postgres].map((start) => start(options, ports));
  const settled = await Promise.allSettled(starts);
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    for (const service of started) await service.stop?.();
  };
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  const [broker, queue, database] = started as [Service, Service, Service];
  return {
    databaseUrl: database.address as string,
    redisUrl: queue.address,
    kafkaBrokers: broker.address,
    reasons: {
      ...(queue.reason && { redis: queue.reason }),
      ...(broker.reason && { kafka: broker.reason }),
    },
    children: started.flatMap(({ child }) => child ?? []),
    stop,
  };
}

async function postgres(options: ServicesOptions, ports: Record<string, number>): Promise<Service> {
  const { DATABASE_URL } = options.environment;
  if (DATABASE_URL) return { address: DATABASE_URL };
  const { url, child, stop } = await startPostgres({
    directory: join(options.directory, 'postgres'),
    port: ports.postgres,
    fsync: options.durable ?? true,
    settings: options.postgresSettings ?? {},
    log: options.log,
  });
  return { address: url, child, stop };
}

async function redis(options: ServicesOptions, ports: Record<string, number>): Promise<Service> {
  const { REDIS_URL } = options.environment;
  if (options.redis === false) return { address: null, reason: 'not wanted' };
  if (REDIS_URL) return { address: REDIS_URL };
  const redis = await startRedis({
    directory: join(options.directory, 'redis'),
    environment: options.environment,
    port: ports.redis,
    durable: options.durable ?? true,
    settings: options.redisSettings ?? {},
    log: options.log,
  });
  if ('unavailable' in redis) return { address: null, reason: redis.unavailable };
  return { address: redis.url, child: redis.child, stop: redis.stop };
}

async function kafka(options: ServicesOptions, ports: Record<string, number>): Promise<Service> {
  const { KAFKA_BROKERS } = options.environment;
  if (options.kafka === false) return { address: null, reason: 'not wanted' };
  if (KAFKA_BROKERS) return { address: KAFKA_BROKERS };
  const kafka = await startKafka({
    directory: join(options.directory, 'kafka'),
    cacheDirectory: cacheFolder,
    log: spoken(options.log),
    ...(ports.kafka && { port: ports.kafka }),
    ...(options.signal && { signal: options.signal }),
  }).catch((error: Error) => {
    options.signal?.throwIfAborted();
    // The OMS can do without (its events then go into the status feed), so a broken broker is told, not fatal.
    return { unavailable: error.message };
  });
  if ('unavailable' in kafka) return { address: null, reason: kafka.unavailable };
  return { address: kafka.brokers, child: kafka.child, stop: kafka.stop };
}

/** Kafka's part logs as the OMS does; here the words are enough. */
function spoken(log: (line: string) => void) {
  const say = (_: object, message: string) => log(message);
  return { debug: () => undefined, info: say, warn: say, error: say };
}
