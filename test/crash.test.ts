import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Role } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { startThunderhead } from '#src/sandbox/thunderhead/server.ts';
import { newTopic, read } from './events/observed.ts';
import { type Client, clientOf, gapsIn } from './support/client.ts';
import { invoice } from './support/documents.ts';
import { environmentOf, sandboxOf } from './support/oms.ts';
import { spawnOms } from './support/oms-process.ts';
import { eventually, freshDatabase, kafkaBrokers } from './support/services.ts';
import { openOidm, usualClient } from './support/tokens.ts';

const directory = throwAwayFolder('crash');
afterAll(() => rm(directory, { recursive: true, force: true }));

const kafka = kafkaBrokers();
const brokers = typeof kafka === 'string' ? kafka : undefined;

test.each([
  ['redis', 2_000],
  ['postgres', 500],
] as const)(
  'a worker is killed and the queues are emptied (%s) half way: each of %i documents is made, and told of, once',
  async (backend, documents) => {
    await using opened = new AsyncDisposableStack();
    const databaseUrl = await freshDatabase();
    const pool = new Pool({ connectionString: databaseUrl, max: 2 });
    opened.defer(() => pool.end());
    const topic = newTopic();
    await pool.query(`update document_configuration set value = $1 where code = 'TOPIC_NAME'`, [topic]);
    // Long enough that the kill finds batches at Thunderhead, and jobs that are not yet due.
    const thunderhead = await startThunderhead({ batchMs: 400 });
    opened.defer(() => thunderhead.close());
    const oidm = opened.use(await openOidm());
    const environment = environmentOf({
      ...{ backend, databaseUrl, thunderheadUrl: thunderhead.url, oidmUrl: oidm.url },
      ...(brokers && { kafka: brokers }),
    });
    const spawn = async (...roles: Role[]) => {
      const oms = await spawnOms(roles, environment, directory);
      opened.defer(() => oms.stop());
      return oms;
    };
    const [api, doomed] = await Promise.all([spawn('api'), spawn('worker'), spawn('worker'), spawn('sweep')]);
    const client = clientOf(api.url, (...request) => oidm.token(usualClient(...request)));
    const count = async (condition: string): Promise<number> =>
      (await pool.query(`select count(*)::int as count from progress where ${condition}`)).rows[0].count;

    const posting = postMany(client, documents);
    await eventually(async () => (await count(`status = 'ended'`)) >= documents / 2, { timeoutMs: 30_000 });
    await doomed.kill();
    if (environment.REDIS_URL) await emptyRedis(environment.REDIS_URL);
    else await pool.query('truncate bullmq.job cascade');
    expect(await count(`status <> 'ended'`)).toBeGreaterThan(50);
    await posting;
    await eventually(async () => (await count(`status = 'ended' and result = 'completed'`)) === documents, {
      timeoutMs: 40_000,
    });

    const { accepted, acceptedTwice } = await sandboxOf(thunderhead.url).counts();
    expect([accepted, acceptedTwice]).toEqual([documents, []]);
    const { rows: batches } = await pool.query('select request_id, round from batch');
    expect([batches.length, new Set(batches.map((batch) => batch.request_id)).size]).toEqual([documents, documents]);
    expect(await gapsOfAll(pool)).toEqual([]);

    const told = await readFeed(client, documents);
    expect(new Set(told.values()).size).toBe(documents);
    const { rows: events } = await pool.query('select id from status_event');
    expect(events).toHaveLength(documents);
    if (!brokers) return;
    const records = await read(brokers, topic);
    // A worker that dies between the broker's word and ours: the event is there again, under the same id.
    expect(new Map(records.map(({ message }) => [`${message.headers?.ce_id}`, `${message.key}`]))).toEqual(told);
  },
  80_000,
);

/** Fifty clients, each with one request at a time. */
async function postMany(client: Client, documents: number): Promise<void> {
  let posted = 0;
  const post = async () => {
    while (posted++ < documents) await client.post(invoice());
  };
  await Promise.all(Array.from({ length: 50 }, post));
}

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}

/** A few of the places where a history does not go on from where it was. */
async function gapsOfAll(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    'select item_id as item, from_state as "from", to_state as "to" from history order by item_id, id',
  );
  return [...Map.groupBy(rows, ({ item }) => item)]
    .flatMap(([item, steps]) => gapsIn(steps).map((gap) => `${item}: ${gap}`))
    .slice(0, 5);
}

/** Event id to request id, page by page. */
async function readFeed(client: Client, documents: number): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  let after: string | undefined;
  await eventually(async () => {
    const { items, next } = await client.feed(after);
    for (const { id, subject } of items) told.set(id, subject);
    after = next ?? undefined;
    return told.size >= documents;
  });
  return told;
}
