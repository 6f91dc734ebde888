import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool, type QueryConfig } from 'pg';
import { beginning } from '#src/api/feed/cursor.ts';
import { type ServerSentEvent, sendEventStream } from '#src/api/feed/event-stream.ts';
import { FeedTail } from '#src/api/feed/feed-tail.ts';
import { followFeed } from '#src/api/feed/follow-feed.ts';
import { endOfFeed, readFeed } from '#src/api/feed/status-feed.ts';
import type { VisibleSources } from '#src/security/caller.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';
import { allShown, publish } from './published.ts';

let pool: Pool;
beforeAll(async () => {
  pool = new Pool({ connectionString: await freshDatabase(), max: 4 });
});
afterAll(() => pool?.end());

/** A real pool that remembers what it was asked. */
function counting() {
  const asked: QueryConfig[] = [];
  const query = (statement: QueryConfig | string) => {
    asked.push(typeof statement === 'string' ? { text: statement } : statement);
    return pool.query(statement as QueryConfig);
  };
  return { asked, pool: { query } as unknown as Pool };
}

test('three hundred streams at the end of the feed are told of an event by few statements, each its own', async () => {
  using stop = new Stop();
  const { asked, pool: counted } = counting();
  const tail = new FeedTail({ pool: counted, stopping: stop.signal });
  const heard = Array.from({ length: 300 }, (_, number) => {
    const sources: VisibleSources = number % 3 === 0 ? 'all' : number % 3 === 1 ? ['ARCADE'] : ['CIBT'];
    const ids: string[] = [];
    void (async () => {
      const stream = followFeed({ pool: counted, tail }, { after: beginning, sources, signal: stop.signal });
      for await (const entries of stream) ids.push(...entries.map(({ id }) => id));
    })();
    return { sources, ids };
  });
  const all = (count: number) =>
    eventually(() => heard.every(({ sources, ids }) => ids.length === (sources === 'all' ? 2 * count : count)));
  await publish(pool, 1, 'ARCADE');
  await publish(pool, 1, 'CIBT');
  await all(1);
  const before = asked.length;
  for (let count = 2; count <= 6; count++) {
    await publish(pool, 1, 'ARCADE');
    await publish(pool, 1, 'CIBT');
    await all(count);
  }
  expect(asked.length - before).toBeLessThan(100);
  const entries = await readFeed(pool, { after: beginning, limit: 1_000, sources: 'all' });
  for (const { sources, ids } of heard)
    expect(ids).toEqual(
      entries.filter(({ data }) => sources === 'all' || sources.includes(data.sourceSystem)).map(({ id }) => id),
    );
});

test('whoever reads slowly, comes late or leaves and comes back gets every event once, in order', async () => {
  using stop = new Stop();
  const tail = new FeedTail({ pool, stopping: stop.signal });
  const start = await endOfFeed(pool);
  const listeners = Array.from({ length: 40 }, (_, number) => {
    const sources: VisibleSources = number % 2 === 0 ? 'all' : ['ARCADE'];
    const heard: string[] = [];
    const listen = async () => {
      let after = start;
      while (!stop.signal.aborted) {
        await sleep(Math.random() * 50);
        for await (const entries of followFeed({ pool, tail }, { after, sources, signal: stop.signal })) {
          heard.push(...entries.map(({ id }) => id));
          after = entries.at(-1)?.cursor ?? after;
          await sleep(Math.random() * 10 * number);
          if (Math.random() < 0.1) break;
        }
      }
    };
    return { sources, heard, done: listen() };
  });
  const write = async (writer: number) => {
    for (let round = 0; round < 25; round++) {
      await publish(pool, 1 + Math.floor(Math.random() * 20), writer % 2 === 0 ? 'ARCADE' : 'CIBT');
      await sleep(Math.random() * 40);
    }
  };
  await Promise.all([0, 1, 2, 3].map(write));
  await allShown(pool);
  const entries = await readFeed(pool, { after: start, limit: 10_000, sources: 'all' });
  const wanted = (sources: VisibleSources) =>
    entries.filter(({ data }) => sources === 'all' || sources.includes(data.sourceSystem)).map(({ id }) => id);
  await eventually(() => listeners.every(({ sources, heard }) => heard.length >= wanted(sources).length));
  stop.abort();
  await Promise.all(listeners.map(({ done }) => done));
  for (const { sources, heard } of listeners) expect(heard).toEqual(wanted(sources));
});

test('nothing is asked while nobody listens', async () => {
  using stop = new Stop();
  const { asked, pool: counted } = counting();
  const tail = new FeedTail({ pool: counted, stopping: stop.signal });
  const leaving = new AbortController();
  const waiting = tail.next('0-0', leaving.signal);
  leaving.abort();
  await waiting;
  // What is under way when the last one leaves is the last.
  await eventually(async () => {
    const { length } = asked;
    await sleep(300);
    return asked.length === length;
  });
  expect(asked.length).toBeLessThan(3);
});

test('a tenant with ten events among many finds them by an index, wherever it begins', async () => {
  await publish(pool, 50_000, 'MANY');
  await publish(pool, 10, 'FEW');
  await allShown(pool);
  await pool.query('analyze status_event');
  const { asked, pool: counted } = counting();
  const entries = await readFeed(counted, { after: '1-0', limit: 100, sources: ['FEW', 'NONE'] });
  expect(entries.map(({ data }) => data.sourceSystem)).toEqual(Array(10).fill('FEW'));
  const { text, values } = asked[0] as { text: string; values: unknown[] };
  const { rows } = await pool.query(`explain (analyze, timing off, costs off) ${text}`, values);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('status_event_of_source');
  expect(plan).not.toMatch(/Seq Scan|Rows Removed by Filter: \d{3}/);
});

describe('an event stream', () => {
  test('holds no more than a little for a client that does not read, and goes on when it does', async () => {
    const total = 2_000;
    let taken = 0;
    async function* events(): AsyncGenerator<ServerSentEvent[]> {
      for (; taken < total; taken++) yield [{ id: `${taken}`, event: 'big', data: 'x'.repeat(20_000) }];
    }
    await using server = await serve((response, signal) => sendEventStream(response, events(), { signal }));
    const response = await server.open();
    let stoodAt = -1;
    await eventually(
      () => {
        const stands = taken > 0 && taken === stoodAt;
        stoodAt = taken;
        return stands;
      },
      { everyMs: 200 },
    );
    // What the two ends of the connection hold in the kernel, and not much more.
    expect(taken).toBeLessThan(total / 2);
    expect(server.held()).toBeLessThan(100_000);
    let text = '';
    for await (const chunk of response.setEncoding('latin1')) text += chunk;
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual([...Array(total).keys()]);
  });

  test('that is silent shows that it is alive, and says when to come back', async () => {
    async function* nothing(signal: AbortSignal): AsyncGenerator<ServerSentEvent[]> {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }
    await using server = await serve((response, signal) =>
      sendEventStream(response, nothing(signal), { signal, heartbeatMs: 10 }),
    );
    const response = (await server.open()).setEncoding('utf8');
    let text = '';
    for await (const chunk of response) {
      text += chunk;
      if (text.split(': still here\n\n').length > 3) break;
    }
    expect(text).toMatch(/^retry: \d+\n\n(: still here\n\n)+$/);
  });
});

class Stop extends AbortController implements Disposable {
  [Symbol.dispose](): void {
    this.abort();
  }
}

async function serve(answer: (response: import('node:http').ServerResponse, signal: AbortSignal) => Promise<void>) {
  const stop = new AbortController();
  let held = () => 0;
  const server = createServer((_request, response) => {
    held = () => response.writableLength;
    response.once('close', () => stop.abort());
    void answer(response, stop.signal);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    held: () => held(),
    open: () =>
      new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
        get({ port, host: '127.0.0.1' }, resolve).once('error', reject);
      }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
