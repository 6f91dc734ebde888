import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { kafkaClient } from '#src/events/kafka-client.ts';
import { eventually, freshDatabase, redisUrl, testWithKafka } from '#test/support/services.ts';

/** The ground the other tests stand on: nobody sees anybody else's data. */
test('every caller gets a migrated database of its own', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(one).not.toBe(other);
  const client = new Client({ connectionString: one });
  await client.connect();
  const { rows } = await client.query('select count(*)::int as tables from pg_tables where schemaname not like $1', [
    'pg_%',
  ]);
  await client.end();
  expect(rows[0].tables).toBeGreaterThan(5);
});

test('every caller gets a Redis database of its own', async () => {
  const [one, other] = [new Redis(redisUrl()), new Redis(redisUrl())];
  await one.set('whose', 'one');
  expect(await other.get('whose')).toBeNull();
  one.disconnect();
  other.disconnect();
});

testWithKafka('the broker answers', async (brokers) => {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const client = kafkaClient({ brokers: [brokers], clientId: 'set-up-test' }, 5_000, silent);
  const admin = client.kafka.admin();
  await admin.connect();
  expect((await admin.describeCluster()).brokers).toHaveLength(1);
  await admin.disconnect();
  client.destroy();
});

test('eventually gives back the first answer that is one', async () => {
  let asked = 0;
  expect(await eventually(() => (++asked === 3 ? 'yes' : undefined))).toBe('yes');
  await expect(eventually(() => false, { timeoutMs: 30 })).rejects.toThrow('not within 30 ms');
});
