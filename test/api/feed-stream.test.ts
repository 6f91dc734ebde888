import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { finalStatus, type Listener, listenTo } from '#test/support/event-source.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import type { ReadyClient } from '#test/support/tokens.ts';
import { allShown, publish } from './published.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'] });
});
afterAll(() => oms?.close());

const feed = '/api/v1/status-events';
const listen = (query = '', client: ReadyClient = 'ops', house = oms): Listener =>
  listenTo({
    server: async () => ({ url: house.url, token: await house.token(client) }),
    path: feed + query,
    names: ['position', finalStatus],
  });
const statuses = ({ events }: Listener) => events.filter(({ event }) => event === finalStatus);
const idsOf = (listener: Listener) => statuses(listener).map(({ data }) => data.id);

/** Four writers at a time, whose transactions overlap, end in any order, and sometimes fail. */
async function publishInDisorder(pool: Pool, transactions: number): Promise<void> {
  const write = async (number: number) => {
    const client = await pool.connect();
    await client.query('begin');
    await publish(client, 1 + (number % 40));
    await client.query('select pg_sleep(random() / 50)');
    await publish(client, 1);
    await client.query(number % 10 === 0 ? 'rollback' : 'commit');
    client.release();
  };
  for (let number = 0; number < transactions; number += 4)
    await Promise.all([0, 1, 2, 3].map((writer) => write(number + writer)));
}

const wholeFeed = async (pool: Pool): Promise<string[]> =>
  (await pool.query('select id from status_event e order by e.transaction, e.sequence')).rows.map(({ id }) => id);

describe('a stream of final statuses', () => {
  test('that is cut again and again while thousands are written misses none and repeats none', async () => {
    await using house = await startOms({ roles: ['api'] });
    using listener = listen('', 'ops', house);
    const writing = publishInDisorder(house.pool, 200);
    for (const count of [500, 1_500, 2_500]) {
      await eventually(() => statuses(listener).length >= count, { everyMs: 1 });
      listener.cut();
    }
    await writing;
    const all = await wholeFeed(house.pool);
    await eventually(() => statuses(listener).length >= all.length && listener.answers.length === 4);
    expect(idsOf(listener)).toEqual(all);
    expect(listener.answers).toEqual([200, 200, 200, 200]);
    expect(all.length).toBeGreaterThan(3_000);
  });

  test('goes on where it was when the server is started again; the end before that was a clean one', async () => {
    const first = await startOms({ roles: ['api'] });
    const pool = new Pool({ connectionString: first.databaseUrl });
    let house = first;
    using listener = listenTo({
      server: async () => ({ url: house.url, token: await house.token('ops') }),
      path: feed,
      names: [finalStatus],
    });
    const before = await publish(first.pool, 300);
    await eventually(() => statuses(listener).length === 300);
    await using second = await startOms({ roles: ['api'], environment: { DATABASE_URL: first.databaseUrl } });
    house = second;
    await first.close();
    await eventually(() => listener.ends.length > 0);
    expect(listener.ends).toEqual([undefined]);
    const after = await publish(pool, 300);
    await pool.end();
    await eventually(() => statuses(listener).length === 600);
    expect(idsOf(listener)).toEqual([...before, ...after]);
  });

  test('shows a tenant its own and nothing else, in the rows as at the growing end', async () => {
    const cursor = (await oms.feed()).next ?? undefined;
    const mine = await publish(oms.pool, 3, 'ARCADE');
    const theirs = await publish(oms.pool, 3, 'CIBT');
    const query = cursor ? `?after=${cursor}` : '';
    using arcade = listen(query, 'arcade');
    using cibt = listen(query, 'cibt');
    using all = listen(query, 'ops');
    await eventually(() => statuses(all).length === 6);
    for (let round = 0; round < 20; round++) {
      mine.push(...(await publish(oms.pool, 1, 'ARCADE')));
      theirs.push(...(await publish(oms.pool, 1, 'CIBT')));
    }
    await eventually(() => statuses(all).length === 46 && statuses(arcade).length >= 23 && statuses(cibt).length >= 23);
    expect(idsOf(arcade)).toEqual(mine);
    expect(idsOf(cibt)).toEqual(theirs);
    for (const [client, ids] of [
      ['arcade', mine],
      ['cibt', theirs],
    ] as const) {
      const { items } = await oms.as(client).feed(cursor);
      expect(items.map(({ id }) => id)).toEqual(ids);
    }
  });

  test('is the feed: the cursor is the id, the entry of the page the data', async () => {
    const cursor = (await oms.feed()).next ?? '0-0';
    await publish(oms.pool, 5);
    using listener = listen(`?after=${cursor}`);
    await eventually(() => statuses(listener).length === 5);
    const { items } = await oms.feed(cursor);
    expect(statuses(listener).map(({ data }) => data)).toEqual(items);
    expect(statuses(listener).map(({ id }) => id)).toEqual(items.map(({ cursor }) => cursor));
    expect(listener.events[0]).toEqual({ id: cursor, event: 'position', data: { after: cursor } });
  });

  test('from now on leaves out what is there, and a client that is cut before anything came misses nothing', async () => {
    await publish(oms.pool, 3);
    await allShown(oms.pool);
    using listener = listen('?after=now');
    await eventually(() => listener.events.length === 1);
    listener.cut();
    const ids = await publish(oms.pool, 3);
    await eventually(() => statuses(listener).length === 3);
    expect(idsOf(listener)).toEqual(ids);
    expect(listener.answers).toEqual([200, 200]);
  });

  test('begins after Last-Event-ID, whatever the address says', async () => {
    await publish(oms.pool, 2);
    await allShown(oms.pool);
    const { items } = await oms.feed();
    const last = items.at(-2)?.cursor as string;
    const text = await firstOf(oms, `${feed}?after=0-0`, { 'last-event-id': last });
    expect(text).toContain(`id: ${items.at(-1)?.cursor}\n`);
    expect(text).not.toContain(`id: ${items.at(-3)?.cursor}\n`);
  });

  test.each(['nonsense', '1', '1-2-3', '99999999999999999999-1', "1-1'--"])(
    'is not begun after %s',
    async (lastEventId) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': lastEventId };
      const { status, json } = await oms.fetch(feed, { headers });
      expect([status, json.code, json.errors?.[0]?.field]).toEqual([400, 'OMS_PARAMETER_INVALID', 'Last-Event-ID']);
    },
  );

  test('is what only those get who ask for one; nothing keeps it on its way', async () => {
    const headersOf = async (accept: string) => {
      const { headers, body } = await raw(oms, feed, { accept });
      await body?.cancel();
      return Object.fromEntries(headers);
    };
    for (const accept of ['*/*', 'application/json', 'application/json, text/event-stream;q=0.5', 'text/html'])
      expect((await headersOf(accept))['content-type']).toMatch(/^application\/json/);
    expect(await headersOf('text/event-stream')).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      vary: expect.stringContaining('Accept'),
    });
  });

  test('ends with the token it was opened with, and goes on with the next one', async () => {
    const seconds = Math.floor(Date.now() / 1_000);
    const short = await oms.oidm.issue('ops', { exp: seconds + 2 });
    const tokens = [short];
    using listener = listenTo({
      server: async () => ({ url: oms.url, token: tokens.shift() ?? (await oms.token('ops')) }),
      path: `${feed}?after=now`,
      names: [finalStatus],
    });
    await eventually(() => listener.ends.length === 1);
    expect(listener.ends).toEqual([undefined]);
    const ids = await publish(oms.pool, 2);
    await eventually(() => statuses(listener).length === 2);
    expect(idsOf(listener)).toEqual(ids);
  });

  test('is refused when there are as many as this process carries', async () => {
    await using small = await startOms({ roles: ['api'], environment: { MAX_STREAMS: '2', MAX_CLIENT_SHARE: '100' } });
    const open = () => raw(small, feed, { accept: 'text/event-stream' });
    const [one, two] = await Promise.all([open(), open()]);
    const third = await open();
    expect([one.status, two.status, third.status]).toEqual([200, 200, 503]);
    await one.body?.cancel();
    await eventually(async () => (await open()).status === 200);
    await two.body?.cancel();
  });
});

const raw = async (house: Oms, path: string, headers: Record<string, string>): Promise<Response> =>
  fetch(house.url + path, { headers: { ...headers, authorization: `Bearer ${await house.token('ops')}` } });

/** What a stream brings until it falls silent at its first event of the feed. */
async function firstOf(house: Oms, path: string, headers: Record<string, string>): Promise<string> {
  const { body } = await raw(house, path, { accept: 'text/event-stream', ...headers });
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes(`event: ${finalStatus}`)) break;
  }
  return text;
}
