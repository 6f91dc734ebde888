import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FeedPage } from '#src/api/status-feed.ts';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms();
});
afterAll(() => oms?.close());

const documentOf = (id: string) => oms.fetch(`/api/v1/document-requests/${id}/document`);

test('the history tells every step, each from where the last one led', async () => {
  const { id } = await oms.through(invoice());
  const history = await oms.history(id);
  expect(history.map(({ from, to, actor }) => [from, to, actor])).toEqual([
    [null, 'validate', 'api'],
    ['validate', 'submit', 'worker'],
    ['submit', 'poll', 'worker'],
    ['poll', 'publish', 'worker'],
    ['publish', 'completed', 'worker'],
  ]);
  const times = history.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
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
    expect(away.headers.get('retry-after')).toBe('10');
    expect((await documentOf(id)).status).toBe(200);
  });
});

describe('the status feed', () => {
  test('is read page by page while it is written, and nothing is missed or told twice', async () => {
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
    const insert = `insert into status_event (id, request_id, type, topic, data, published_at)
      values (gen_random_uuid(), gen_random_uuid(), $1, 't', '{}', now()) returning id`;
    const cursor = (await oms.feed()).next ?? undefined;
    const slow = await oms.pool.connect();
    await slow.query('begin');
    const older = await slow.query(insert, ['older']);
    const younger = await oms.pool.query(insert, ['younger']);
    expect((await oms.feed(cursor)).items).toEqual([]);
    await slow.query('commit');
    slow.release();
    const items = await eventually(async () => {
      const page = await oms.feed(cursor);
      return page.items.length === 2 && page.items;
    });
    expect(items.map(({ id }) => id)).toEqual([older.rows[0].id, younger.rows[0].id]);
  });
});
