import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { Pool } from 'undici';
import { environment } from '#src/config.ts';
import { requestToken } from '#test/support/tokens.ts';
import { documentBody } from './documents.ts';

/**
 * A client of the API, in a process of its own. `flood <url> <count> <in flight>`: as fast as answers come.
 * `steady <url> <count> <per second> <brokers>`: at a fixed rate, timing each document from its POST to the moment a
 * consumer reads its event; prints the times in milliseconds as JSON. Its token is from `OIDM_URL`.
 */
const [mode, url = '', count = '0', rate = '1', brokers = ''] = process.argv.slice(2);
const authorization = `Bearer ${await requestToken(environment.OIDM_URL ?? '', 'arcade')}`;
const run = `${mode}-${process.pid}-${Date.now()}`;

async function post(pool: Pool, index: number): Promise<string> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/api/v1/document-requests',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(documentBody(`${run}-${index}`)),
  });
  const text = await body.text();
  if (statusCode !== 202) throw new Error(`${statusCode} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

async function flood(): Promise<void> {
  const inFlight = Number(rate);
  const pool = new Pool(url, { connections: inFlight });
  let next = 0;
  const client = async () => {
    while (next < Number(count)) await post(pool, next++);
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  await pool.close();
}

async function steady(): Promise<void> {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    // Without Nagle's algorithm, or an event would now and then lie 40 ms in the consumer's own connection.
    socketFactory: ({ host, port, onConnect }) => connect({ host, port, noDelay: true }, onConnect),
  });
  const consumer = kafka.consumer({ groupId: run, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: 'oms.invoice-documents', fromBeginning: false });
  const seenAt = new Map<string, number>();
  const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => void seenAt.set(message.key?.toString() ?? '', performance.now()),
  });
  await joined;

  const pool = new Pool(url, { connections: 50 });
  const startedAt = performance.now() + 1_000;
  const sent = await Promise.all(
    Array.from({ length: Number(count) }, async (_, index) => {
      await until(startedAt + (index * 1_000) / Number(rate));
      const sentAt = performance.now();
      return { sentAt, id: await post(pool, index) };
    }),
  );
  const deadline = performance.now() + 30_000;
  while (sent.some(({ id }) => !seenAt.has(id)) && performance.now() < deadline) await until(performance.now() + 20);
  const times = sent.map(({ id, sentAt }) => (seenAt.get(id) ?? Number.NaN) - sentAt);
  process.stdout.write(`${JSON.stringify(times)}\n`);
  await consumer.disconnect();
  await pool.close();
}

const until = (moment: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())));

await (mode === 'flood' ? flood() : steady());
