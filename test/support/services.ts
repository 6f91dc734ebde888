import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { Client } from 'pg';
import { environment } from '#src/config.ts';
import { addressFile, type TestServices, templateDatabase } from './run.ts';

export { eventually } from './eventually.ts';

/**
 * What a test asks for: a database of its own, a Redis of its own, the run's broker. They are real, started once per run
 * by `global-setup.ts`.
 */
function services(): TestServices {
  const file = environment[addressFile];
  if (!file) throw new Error('tests are run by Jest, whose global set-up starts the services');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A new database with the current schema and its seed rows; it goes away with the run. */
export async function freshDatabase(): Promise<string> {
  const url = new URL(services().databaseUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`create database ${name} template ${templateDatabase} strategy file_copy`);
  } finally {
    await client.end();
  }
  url.pathname = name;
  return url.href;
}

/** A Redis database that no other caller of this run is given; with a number, the one of that number (2000 and up). */
export function redisUrl(database?: number): string {
  const { redisUrl: url, reasons, directory } = services();
  if (!url) throw new Error(`no Redis for the tests: ${reasons.redis}`);
  return `${url}/${database ?? nextNumber(join(directory, 'redis-databases'))}`;
}

/** The run's broker, or why there is none. Topics are shared by all: tests choose names, or look for their own keys. */
export function kafkaBrokers(): string | { unavailable: string } {
  const { kafkaBrokers: brokers, reasons } = services();
  return brokers ?? { unavailable: reasons.kafka ?? 'no reason known' };
}

/** Like `test`, with the broker; where none can be had it is reported as skipped, the reason in its name. */
export function testWithKafka(name: string, run: (brokers: string) => Promise<void>, timeoutMs?: number): void {
  const brokers = kafkaBrokers();
  if (typeof brokers === 'string') test(name, () => run(brokers), timeoutMs);
  else test.skip(`${name} (no Kafka: ${brokers.unavailable})`, () => undefined);
}

/** Like `describe`, with the broker; where none can be had all of it is reported as skipped, the reason in its name. */
export function describeWithKafka(name: string, define: (brokers: string) => void): void {
  const brokers = kafkaBrokers();
  if (typeof brokers === 'string') describe(name, () => define(brokers));
  else describe.skip(`${name} (no Kafka: ${brokers.unavailable})`, () => define('unavailable:0'));
}

/** Test files run in several processes. Making a folder succeeds for exactly one of them. */
function nextNumber(counter: string): number {
  mkdirSync(counter, { recursive: true });
  for (let number = 1; ; number++) {
    try {
      mkdirSync(join(counter, String(number)));
      return number;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
