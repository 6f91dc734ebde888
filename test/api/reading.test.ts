import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FeedPage } from '#src/api/feed/status-feed.ts';
import type { FullBatchView } from '#src/api/requests/batches.ts';
import type { RequestView } from '#src/api/requests/request-view.ts';
import { batchesSchema, historySchema, requestSchema, summarySchema } from '#src/api/requests/schemas.ts';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { allShown, publish } from './published.ts';
import { expectShape } from './shapes.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms();
});
afterAll(() => oms?.close());

const address = '/api/v1/document-requests';
const documentOf = (id: string) => oms.fetch(`/api/v1/document-requests/${id}/document`);

test('the history tells every step, each from where the last one led', async () => {
  const { id } = await oms.through(invoice());
  const history = await oms.history(id);
  // Nobody knows how often Thunderhead has to be asked.
  const isLook = ({ from, to }: { from: string | null; to: string }) => from === 'poll' && to === 'poll';
  expect(history.filter((step) => !isLook(step)).map(({ from, to, actor }) => [from, to, actor])).toEqual([
    [null, 'validate', 'api'],
    ['validate', 'submit', 'worker'],
    ['submit', 'submit', 'worker'],
    ['submit', 'poll', 'worker'],
    ['poll', 'publish', 'worker'],
    ['publish', 'completed', 'worker'],
  ]);
  expect(history.slice(2, 4).map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^intended: hand-over OMS-/),
    expect.stringMatching(/^confirmed, batch \d+$/),
  ]);
  const times = history.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
});

test('every answer is what its schema says, to the last field', async () => {
  const late = invoice({ notBefore: new Date(Date.now() + 3_600_000).toISOString(), priority: 9 });
  const retried = await oms.post(troubled('unavailable:1000'));
  await eventually(async () => (await oms.get(retried)).errors.length > 0);
  const views = [
    await oms.get(await oms.post(late)),
    await oms.get(retried),
    ...(await Promise.all([invoice(), troubled('reject'), troubled('error')].map((body) => oms.through(body)))),
  ];
  for (const view of views) {
    expectShape(view, requestSchema);
    expectShape((await oms.fetch(`${address}/${view.id}/history`)).json, historySchema);
    expectShape((await oms.fetch(`${address}/${view.id}/batches`)).json, batchesSchema);
  }
  expectShape((await oms.fetch(`${address}/summary`)).json, summarySchema);
});

describe('the batches', () => {
  test('are all hand-overs of a request, with what became of them', async () => {
    const { id, batch } = await oms.through(invoice());
    const { items } = (await oms.fetch(`${address}/${id}/batches`)).json as unknown as { items: FullBatchView[] };
    expect(items).toEqual([
      {
        ...batch,
        attempt: 1,
        statusText: expect.any(String),
        transactions: { count: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
        channelJobs: { created: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
        ...{ createdAt: expect.any(String), sentAt: expect.any(String), unknownAt: null },
        ...{ confirmedAt: expect.any(String), updatedAt: expect.any(String) },
      },
    ]);
  });

  test('of an earlier attempt stay, and there are none before the first hand-over', async () => {
    const { id } = await oms.through(troubled('error'));
    await oms.pool.query(
      `insert into batch (id, request_id, round, correlation_id, thunderhead_batch_id, name, status, created_at, updated_at)
       values (gen_random_uuid(), $1, 2, $1, 9007199254740991, 'again', 'PROCESSING_THUNDERHEAD', now(), now())`,
      [id],
    );
    const { json } = await oms.fetch(`${address}/${id}/batches`);
    expect(json.items).toMatchObject([
      { attempt: 1, status: 'FAILED_THUNDERHEAD' },
      { attempt: 2, thunderheadBatchId: 9007199254740991, transactions: null, channelJobs: null, dmsDocumentId: null },
    ]);
    expect((await oms.get(id)).batch).toMatchObject({ name: 'again' });
    const rejected = await oms.through(invoice({ documentName: 'NO.SUCH' }));
    expect((await oms.fetch(`${address}/${rejected.id}/batches`)).json).toEqual({ items: [] });
  });
});

describe('a client', () => {
  test('sees its own source systems and nothing else, wherever it looks', async () => {
    const own = await oms.through(invoice());
    const foreign = await oms.through(offer());
    const arcade = oms.as('arcade');
    for (const part of ['', '/history', '/batches', '/document']) {
      expect((await arcade.fetch(`${address}/${own.id}${part}`)).status).toBe(200);
      const { status, json } = await arcade.fetch(`${address}/${foreign.id}${part}`);
      expect([part, status, json.code]).toEqual([part, 404, 'OMS_REQUEST_NOT_FOUND']);
    }
    const list = async (query: string) =>
      ((await arcade.fetch(`${address}?limit=500&${query}`)).json as unknown as { items: RequestView[] }).items;
    const sources = async (query: string) => [...new Set((await list(query)).map((item) => item.sourceSystem))];
    expect(await sources('')).toEqual(['ARCADE']);
    expect(await sources('status=COMPLETED')).toEqual(['ARCADE']);
    expect(await sources('stage=publish')).toEqual(['ARCADE']);
    for (const foreignOnly of [
      ...['sourceSystem=CIBT', 'documentType=POLICY', 'documentName=POSHOOFF', 'status=COMPLETED&documentType=POLICY'],
      `requestCorrelationId=${foreign.requestCorrelationId}`,
    ])
      expect(await list(foreignOnly)).toEqual([]);
    const counted = (await arcade.fetch(`${address}?sourceSystem=CIBT&total=true`)).json;
    expect(counted).toMatchObject({ items: [], next: null, total: 0 });
  });
});

test('a document on its way is updated in place: no index of progress holds what changes there', async () => {
  const { rows } = await oms.pool.query<{ columns: string[] }>(
    `select array_agg(distinct a.attname::text order by a.attname::text) as columns from pg_index i
     join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid
     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where i.indrelid = 'progress'::regclass and not i.indisprimary`,
  );
  expect(rows[0]?.columns).toEqual(['ended_as', 'ended_at', 'id', 'pipeline']);
});

describe('the document', () => {
  test('is the PDF that Thunderhead has made', async () => {
    const { id } = await oms.through(offer());
    const { status, headers, bytes } = await documentOf(id);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(headers.get('content-disposition')).toBe(`inline; filename="POSHOOFF-${id}.pdf"`);
    expect(Number(headers.get('content-length'))).toBe(bytes.length);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(bytes.toString('latin1').trimEnd().endsWith('%%EOF')).toBe(true);
  });

  test('is not there before it is made, nor when it never will be', async () => {
    const never = await oms.post(troubled('never'));
    await eventually(async () => (await oms.get(never)).stage === 'poll');
    const failed = await oms.through(troubled('error'));
    const rejected = await oms.through(troubled('reject'));
    for (const id of [never, failed.id, rejected.id]) {
      const { status, json } = await documentOf(id);
      expect([status, json.code]).toEqual([409, 'OMS_DOCUMENT_NOT_READY']);
    }
  });

  test('is gone when Thunderhead has purged it', async () => {
    const { id, status } = await oms.through(troubled('purged'));
    expect(status).toBe('COMPLETED');
    const { status: answer, json } = await documentOf(id);
    expect([answer, json.code]).toEqual([410, 'OMS_DOCUMENT_GONE']);
  });

  test('cannot be had while Thunderhead is away, and the client is told when to ask again', async () => {
    const { id } = await oms.through(invoice());
    await oms.sandbox.turn('outage', { mode: 'unavailable' });
    const away = await documentOf(id);
    await oms.sandbox.turn('outage', { mode: 'none' });
    expect([away.status, away.json.code]).toEqual([502, 'OMS_THUNDERHEAD_UNAVAILABLE']);
    // As the gateway says.
    expect(away.headers.get('retry-after')).toBe('1');
    expect((await documentOf(id)).status).toBe(200);
  });
});

describe('the status feed', () => {
  test('is read page by page while it is written, and nothing is missed or told twice', async () => {
    await allShown(oms.pool);
    const start = (await oms.feed()).next;
    const posting = Promise.all(Array.from({ length: 120 }, () => oms.post(invoice())));
    const read: FeedPage['items'][number][] = [];
    let after = start ?? undefined;
    await eventually(
      async () => {
        const page = await oms.feed(after, 7);
        expect(page.items.length).toBeLessThanOrEqual(7);
        expect(page.next).toBe(page.items.at(-1)?.cursor ?? after);
        read.push(...page.items);
        after = page.next ?? undefined;
        return read.length === 120;
      },
      { timeoutMs: 20_000, everyMs: 1 },
    );
    expect(read.map(({ subject }) => subject).sort()).toEqual((await posting).sort());
    expect((await oms.feed(start ?? undefined)).items).toEqual(read);
    expect(await oms.feed(after)).toEqual({ items: [], next: after });
  });

  test('is in the order of the transactions, whatever the number of their digits', async () => {
    await using other = await startOms({ roles: ['api'] });
    const numbers = [9, 10, 11, 99, 100, 101];
    await other.pool.query(
      `insert into status_event (id, request_id, type, topic, data, published_at, transaction)
       select gen_random_uuid(), gen_random_uuid(), n, 't', '{}', now(), n::xid8 from unnest($1::text[]) as n`,
      [[101, 9, 100, 11, 99, 10]],
    );
    const read: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await other.feed(after, 1);
      if (items.length === 0) break;
      read.push(...items.map(({ type }) => type));
      after = next ?? undefined;
    }
    expect(read).toEqual(numbers.map(String));
  });

  test('shows nothing while something older may still come', async () => {
    const cursor = (await oms.feed()).next ?? undefined;
    const slow = await oms.pool.connect();
    await slow.query('begin');
    const older = await publish(slow, 1);
    const younger = await publish(oms.pool, 1);
    expect((await oms.feed(cursor)).items).toEqual([]);
    await slow.query('commit');
    slow.release();
    const items = await eventually(async () => {
      const page = await oms.feed(cursor);
      return page.items.length === 2 && page.items;
    });
    expect(items.map(({ id }) => id)).toEqual([...older, ...younger]);
  });
});
