import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { environment } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { type Services, startServices } from '#src/local/services.ts';
import globalTeardown, { keepForTeardown } from './global-teardown.ts';
import { addressFile, type TestServices, templateDatabase } from './run.ts';

/**
 * Once per run of the tests: a PostgreSQL with a migrated template database, a Redis and a Kafka of the run's own, on
 * free ports and in a throw-away folder. Their addresses go into a file, where `services.ts` finds them.
 */
export default async function globalSetup(): Promise<void> {
  const directory = throwAwayFolder('test');
  keepForTeardown({ directory, stop: async () => undefined });
  try {
    const services = await start(directory);
    keepForTeardown({ directory, stop: services.stop });
    await prepare(directory, services);
  } catch (error) {
    // Jest does not call the teardown after a set-up that failed.
    await globalTeardown();
    throw error;
  }
}

function start(directory: string): Promise<Services> {
  const { PATH, HOME, OMS_INSTALL } = environment;
  return startServices({
    directory,
    // Not DATABASE_URL, REDIS_URL, KAFKA_BROKERS: tests have their own, and empty them as they like.
    environment: { PATH, HOME, OMS_INSTALL },
    ports: 'free',
    durable: false,
    postgresSettings: { shared_buffers: '128MB', wal_level: 'minimal', max_wal_senders: '0' },
    redisSettings: { databases: '2000' },
    log: (line) => console.log(line),
  });
}

async function prepare(directory: string, services: Services): Promise<void> {
  if (environment.CI === 'true' && !services.kafkaBrokers) {
    throw new Error(`CI=true wants Kafka's tests to run, and there is no Kafka: ${services.reasons.kafka}`);
  }
  await migrateTemplate(services.databaseUrl);
  const addresses: TestServices = {
    directory,
    databaseUrl: services.databaseUrl,
    redisUrl: services.redisUrl,
    kafkaBrokers: services.kafkaBrokers,
    reasons: services.reasons,
  };
  writeFileSync(join(directory, 'services.json'), JSON.stringify(addresses));
  (environment as NodeJS.ProcessEnv)[addressFile] = join(directory, 'services.json');
}

async function migrateTemplate(databaseUrl: string): Promise<void> {
  const { migrate } = await import('#src/platform/migrate.ts');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`create database ${templateDatabase}`);
    const template = new URL(databaseUrl);
    template.pathname = templateDatabase;
    await migrate(template.href);
    // A database can only be copied while nobody is connected to it, and a closed connection takes a moment to be gone.
    const connections = `select count(*)::int as count from pg_stat_activity where datname = '${templateDatabase}'`;
    for (let i = 0; i < 100 && (await client.query(connections)).rows[0].count > 0; i++) await sleep(20);
  } finally {
    await client.end();
  }
}
