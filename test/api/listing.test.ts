import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { RequestPage } from '#src/api/requests/list.ts';
import { cursorOf, statuses } from '#src/api/requests/list-query.ts';
import { requestPageSchema } from '#src/api/requests/schemas.ts';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { expectShape } from './shapes.ts';

const address = '/api/v1/document-requests';
type Filter = Record<string, string>;
type Reader = Pick<Oms, 'fetch'>;

let oms: Oms;
/** What became of each kind of request. */
let made: Record<'completed' | 'offer' | 'failed' | 'rejected' | 'stopped' | 'queued' | 'polling', string>;

beforeAll(async () => {
  oms = await startOms({ environment: eachAlone });
  const late = new Date(Date.now() + 3_600_000).toISOString();
  const ids = await Promise.all([
    oms.post(invoice()),
    oms.post(offer()),
    oms.post(troubled('error')),
    oms.post(invoice({ documentName: 'NO.SUCH' })),
    oms.post(troubled('stop')),
    oms.post(invoice({ notBefore: late })),
    oms.post(troubled('never')),
  ]);
  const [completed = '', offered = '', failed = '', rejected = '', stopped = '', queued = '', polling = ''] = ids;
  made = { completed, offer: offered, failed, rejected, stopped, queued, polling };
  await Promise.all([completed, offered, failed, rejected, stopped].map((id) => oms.finished(id)));
  await eventually(async () => (await oms.get(polling)).stage === 'poll');
});
afterAll(() => oms?.close());

async function page(filter: Filter = {}, reader: Reader = oms): Promise<RequestPage> {
  const { status, json, bytes } = await reader.fetch(`${address}?${new URLSearchParams(filter)}`);
  expect(`${status} ${status === 200 ? '' : bytes}`).toBe('200 ');
  expectShape(json, requestPageSchema);
  return json as unknown as RequestPage;
}

const idsOf = async (filter: Filter, reader?: Reader) => (await page(filter, reader)).items.map(({ id }) => id);
const newestFirst = (...ids: string[]) => ids.sort().reverse();

/** Every page, to the end. */
async function all(filter: Filter, reader?: Reader): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { items, next } = await page({ ...filter, ...(after && { after }) }, reader);
    ids.push(...items.map(({ id }) => id));
    if (next === null) return ids;
    after = next;
  }
}

describe('a filter', () => {
  test('by status finds those, and only those, that have it', async () => {
    const of = (status: string) => idsOf({ status });
    expect(await of('COMPLETED')).toEqual(newestFirst(made.completed, made.offer));
    expect(await of('FAILED')).toEqual([made.failed]);
    expect(await of('STOPPED')).toEqual([made.stopped]);
    expect(await of('REJECTED')).toEqual([made.rejected]);
    expect(await of('QUEUED')).toEqual([made.queued]);
    expect(await of('PROCESSING')).toEqual([made.polling]);
    expect(await of('CANCELLED')).toEqual([]);
  });

  test('by several statuses finds those that have one of them, however they are written', async () => {
    const asked = ['FAILED', 'QUEUED', 'STOPPED'];
    const expected = newestFirst(made.failed, made.queued, made.stopped);
    expect(await idsOf({ status: asked.join(',') })).toEqual(expected);
    const repeated = await oms.fetch(`${address}?${asked.map((status) => `status=${status}`).join('&')}`);
    expect((repeated.json as unknown as RequestPage).items.map(({ id }) => id)).toEqual(expected);
    expect(await idsOf({ status: 'COMPLETED,PROCESSING' })).toEqual(
      newestFirst(made.completed, made.offer, made.polling),
    );
    expect(await idsOf({ status: statuses.join(',') })).toEqual(newestFirst(...Object.values(made)));
  });

  test('by stage finds what stands there, or stood there last', async () => {
    expect(await idsOf({ stage: 'poll' })).toEqual([made.polling]);
    expect(await idsOf({ stage: 'validate,submit' })).toEqual([made.queued]);
    expect(await idsOf({ stage: 'poll', status: 'COMPLETED' })).toEqual([]);
    const { completed, offer: offered, failed, rejected, stopped } = made;
    expect(await idsOf({ stage: 'publish' })).toEqual(newestFirst(completed, offered, failed, rejected, stopped));
    expect(await idsOf({ stage: 'publish', status: 'FAILED,QUEUED' })).toEqual([made.failed]);
  });

  test('by what was asked for, by error code, and by all of them together', async () => {
    expect(await idsOf({ sourceSystem: 'CIBT' })).toEqual([made.offer]);
    expect(await idsOf({ documentType: 'POLICY' })).toEqual([made.offer]);
    expect(await idsOf({ documentName: 'NO.SUCH' })).toEqual([made.rejected]);
    expect(await idsOf({ errorCode: 'OMS_BATCH_ERRORED' })).toEqual([made.failed]);
    const { requestCorrelationId } = await oms.get(made.stopped);
    expect(await idsOf({ requestCorrelationId })).toEqual([made.stopped]);
    const everything = { sourceSystem: 'ARCADE', documentType: 'INVOICE', documentName: 'IVZRECPA', stage: 'publish' };
    const all = { ...everything, requestCorrelationId, status: 'STOPPED', errorCode: 'OMS_BATCH_STOPPED' };
    expect(await idsOf(all)).toEqual([made.stopped]);
    for (const [name, value] of Object.entries({ sourceSystem: 'CIBT', documentType: 'POLICY', documentName: 'X' }))
      expect(await idsOf({ ...all, [name]: value })).toEqual([]);
    for (const name of ['sourceSystem', 'documentType', 'documentName', 'requestCorrelationId', 'errorCode'])
      expect(await idsOf({ [name]: 'unheard-of' })).toEqual([]);
  });

  test('what is listed is what the request itself says', async () => {
    const { items } = await page();
    expect(items).toHaveLength(7);
    for (const item of items) expect(item).toEqual(await oms.get(item.id));
  });
});

describe('the time of receipt', () => {
  test('counts from the first moment on, and before the second', async () => {
    const { receivedAt } = await oms.get(made.offer);
    const next = new Date(Date.parse(receivedAt) + 1).toISOString();
    expect(await idsOf({ receivedFrom: receivedAt, receivedTo: next, sourceSystem: 'CIBT' })).toEqual([made.offer]);
    expect(await idsOf({ receivedFrom: next, sourceSystem: 'CIBT' })).toEqual([]);
    expect(await idsOf({ receivedTo: receivedAt, sourceSystem: 'CIBT' })).toEqual([]);
    const elsewhere = `${new Date(Date.parse(receivedAt) + 7_200_000).toISOString().slice(0, -1)}+02:00`;
    expect(await idsOf({ receivedFrom: elsewhere, receivedTo: next, documentType: 'POLICY' })).toEqual([made.offer]);
  });

  test('is that of the database, however wrong the clock was of the process that made the id', async () => {
    await using other = await startOms({ roles: ['api'] });
    const received = Date.parse('2026-03-01T12:00:00.000Z');
    const hours = [-30 * 24, -1, 0, 1, 30 * 24];
    const ids = hours.map((hour) => uuidv7({ msecs: received + hour * 3_600_000 }));
    for (const id of ids) await insert(other, { id, receivedAt: new Date(received).toISOString() });
    await insert(other, { id: uuidv7({ msecs: received }), receivedAt: '2026-03-01T13:00:00Z' });
    const window = { receivedFrom: '2026-03-01T11:59:59Z', receivedTo: '2026-03-01T12:00:01Z' };
    expect(await all({ ...window, limit: '2' }, other)).toEqual([...ids].reverse());
    expect(await all({ ...window, status: 'FAILED' }, other)).toEqual([...ids].reverse());
    expect(await all({ receivedTo: '2026-03-01T12:00:00Z' }, other)).toEqual([]);
  });
});

describe('pages', () => {
  test('joined together are the whole list, while requests keep coming in', async () => {
    const before = newestFirst(...Object.values(made));
    const first = await page({ limit: '3', total: 'true' });
    expect(first).toMatchObject({ total: 7, totalCapped: false });
    const newcomer = await oms.post(invoice({ notBefore: new Date(Date.now() + 3_600_000).toISOString() }));
    const { status, json } = await oms.fetch((first as unknown as { links: { next: string } }).links.next);
    expect(status).toBe(200);
    const second = json as unknown as RequestPage;
    const third = await page({ limit: '3', after: second.next ?? '' });
    expect([first, second, third].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(before);
    expect(third.next).toBeNull();
    await oms.pool.query('delete from progress where id = $1', [newcomer]);
    await oms.pool.query('delete from document_request where id = $1', [newcomer]);
  });

  test('are followed to the end with every filter, one request a page', async () => {
    for (const filter of [
      {},
      { status: statuses.join(',') },
      { documentType: 'INVOICE' },
      { status: 'FAILED,STOPPED' },
    ])
      expect(await all({ ...filter, limit: '1' })).toEqual(await idsOf(filter));
  });

  test('may end at a cursor that nothing stands behind', async () => {
    const { items } = await page();
    expect(await page({ after: cursorOf(items.at(-1)?.id ?? '') })).toMatchObject({ items: [], next: null });
    expect(await page({ after: cursorOf('00000000-0000-0000-0000-000000000000') })).toMatchObject({ items: [] });
  });

  test('are given up after a while, and go on from there: what is rare is found in the end', async () => {
    await using other = await startOms({ roles: ['api'] });
    await other.pool.query(
      `with r as (insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
           document_language, source_environment, metadata, content, body_hash, received_at)
         select uuidv7(), 'ARCADE', n::text, 'INVOICE', 'IVZRECPA', 'en', 'TEST',
           '[]', '{}', '\\x00', now() from generate_series(1, 10500) n returning id)
       insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
       select id, 'document', 'publish', 'ended', 'completed', now(), now(), now() from r`,
    );
    await other.pool.query('analyze');
    const first = await page({ status: 'COMPLETED', total: 'true' }, other);
    expect(first).toMatchObject({ total: 10_000, totalCapped: true });
    await other.pool.query(
      `update progress set result = 'rejected' where id <> (select id from document_request where request_correlation_id = '7')`,
    );
    const short = await page({ status: 'COMPLETED', total: 'true' }, other);
    expect(short).toMatchObject({ items: [], next: expect.any(String), total: 0, totalCapped: true });
    expect(await all({ status: 'COMPLETED' }, other)).toHaveLength(1);
  });

  test('that are given up among the requests of others name none of them, and the own one behind is found', async () => {
    await using other = await startOms({ roles: ['api'] });
    // Enough of its own that the way past the others' rejected ones seems no longer.
    await other.pool.query(
      `with r as (insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
           document_language, source_environment, metadata, content, body_hash, received_at)
         select uuidv7(), case when n <= 1000 then 'CIBT' else 'ARCADE' end, n::text, 'INVOICE', 'IVZRECPA', 'en', 'TEST',
           '[]', '{}', '\\x00', now() from generate_series(1, 11500) n returning id, request_correlation_id as n)
       insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
       select id, 'document', 'publish', 'ended', case when n in ('7', '8') or n::int > 1000 then 'rejected' else 'completed' end,
         now(), now(), now() from r`,
    );
    await other.pool.query('analyze');
    const own = await other.pool.query(
      `select id from document_request where request_correlation_id in ('7', '8') order by id desc`,
    );
    const rejected = { status: 'REJECTED', limit: '1' };
    const short = await page(rejected, other.as('cibt'));
    expect(short).toMatchObject({ items: [], next: expect.any(String) });
    const known = await other.pool.query<{ id: string }>('select id from document_request');
    expect(known.rows.filter(({ id }) => cursorOf(id) === short.next)).toEqual([]);
    expect(await all(rejected, other.as('cibt'))).toEqual(own.rows.map(({ id }) => id));
    expect(new Set(await all({ status: 'REJECTED', limit: '500' }, other)).size).toBe(10_502);
  });
});

/** A request that failed, as the tables have it. */
async function insert(
  { pool }: Pick<Oms, 'pool'>,
  { id, receivedAt }: { id: string; receivedAt: string },
): Promise<void> {
  await pool.query(
    `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
       document_language, source_environment, metadata, content, body_hash, received_at)
     values ($1::uuid, 'ARCADE', $1::uuid::text, 'INVOICE', 'IVZRECPA', 'en', 'TEST', '[]', '{}', '\\x00', $2)`,
    [id, receivedAt],
  );
  await pool.query(
    `insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
     values ($1, 'document', 'publish', 'ended', 'failed', $2, $2, $2)`,
    [id, receivedAt],
  );
}
