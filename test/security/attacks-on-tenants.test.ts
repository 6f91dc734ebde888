import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OpenApiDocument } from '#src/openapi/document.ts';
import type { Answer } from '#test/support/client.ts';
import { invoice, offer } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

/** CIBT has a finished document and one that waits; ARCADE wants to know of them. */
const requests = '/api/v1/document-requests';
const json = { 'content-type': 'application/json' };
const foreign = offer();
let oms: Oms;
let finished: string;
let waiting: string;
beforeAll(async () => {
  oms = await startOms();
  finished = (await oms.through(foreign)).id;
  waiting = await oms.post(offer({ notBefore: '2999-01-01T00:00:00Z' }));
  await oms.events(finished);
});
afterAll(() => oms?.close());

/** Nothing of CIBT's, and nothing that is not said of a request that nobody ever made. */
const telling = (answer: Answer): string =>
  `${answer.status} ${answer.bytes}`.replaceAll(/[\da-f]{8}-[\da-f-]{27}/gi, '(id)');

test('of every operation on a request it hears what it hears of one that is not there, and changes nothing', async () => {
  const { paths } = (await oms.fetch('/openapi.json')).json as unknown as OpenApiDocument;
  const calls = Object.entries(paths)
    .filter(([path]) => path.startsWith('/document-requests/{id}'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));
  expect(calls.length).toBeGreaterThanOrEqual(6);
  const arcade = oms.as('arcade');
  for (const [method, path] of calls)
    for (const accept of ['application/json', 'text/event-stream']) {
      const of = (id: string) => arcade.fetch(`/api/v1${path.replace('{id}', id)}`, { method, headers: { accept } });
      const nothing = telling(await of(crypto.randomUUID()));
      expect(nothing).toContain('OMS_REQUEST_NOT_FOUND');
      for (const id of [finished, waiting, waiting.toUpperCase()])
        expect([path, telling(await of(id))]).toEqual([path, nothing]);
    }
  expect((await oms.get(waiting)).status).toBe('QUEUED');
});

test('lists, totals, the summary and the feed are as if CIBT were not there', async () => {
  const arcade = oms.as('arcade');
  const correlation = encodeURIComponent(foreign.requestCorrelationId);
  for (const query of [
    '',
    '&sourceSystem=CIBT',
    `&requestCorrelationId=${correlation}`,
    '&status=COMPLETED',
    '&documentType=POLICY',
  ])
    expect((await arcade.fetch(`${requests}?total=true${query}`)).json).toMatchObject({
      items: [],
      next: null,
      total: 0,
    });
  const summary = (await arcade.fetch(`${requests}/summary`)).json;
  expect([summary.total, summary.sources]).toEqual([0, []]);
  const [event] = (await oms.feed()).items;
  expect(event?.subject).toBe(finished);
  expect((await arcade.feed()).items).toEqual([]);
});

test('a stream of the feed tells it of its own documents only, wherever it says it was cut', async () => {
  const [foreignEvent] = (await oms.feed()).items;
  const ended = new AbortController();
  const headers = {
    ...{ authorization: `Bearer ${await oms.token('arcade')}`, accept: 'text/event-stream' },
    'last-event-id': '0-0',
  };
  const response = await fetch(`${oms.url}/api/v1/status-events`, { headers, signal: ended.signal });
  const own = await oms.through(invoice());
  let told = '';
  for await (const piece of response.body as ReadableStream<Uint8Array>) {
    told += Buffer.from(piece).toString();
    if (told.includes(own.id)) break;
  }
  ended.abort();
  expect(told).not.toContain(finished);
  expect(told).not.toContain(foreignEvent?.id);
});

test('its correlation ids, keys and bulks reach nothing of CIBT’s, and it is not told what is there', async () => {
  const arcade = oms.as('arcade');
  const post = (body: object, key: string) => arcade.send(JSON.stringify(body), { ...json, 'idempotency-key': key });
  const first = await oms.as('cibt').send(JSON.stringify(foreign), { ...json, 'idempotency-key': 'shared' });
  expect([first.status, first.json.id]).toEqual([202, finished]);
  // The same body, another body, the same key: the same answer, which is that of a correlation id that nobody has.
  const unheard = telling(await post(offer(), 'other'));
  expect(unheard).toContain('OMS_SOURCE_FORBIDDEN');
  for (const body of [foreign, { ...foreign, priority: 9 }])
    for (const key of ['shared', 'other']) expect(telling(await post(body, key))).toBe(unheard);
  const bulk = await arcade.fetch(`${requests}/bulk`, {
    method: 'POST',
    body: JSON.stringify([foreign]),
    headers: json,
  });
  expect(bulk.json.items).toMatchObject([{ status: 403, problem: { code: 'OMS_SOURCE_FORBIDDEN' } }]);
  expect(bulk.bytes.includes(finished)).toBe(false);
  // Under its own source system the correlation id is free.
  const own = await arcade.send(JSON.stringify({ ...invoice(), requestCorrelationId: foreign.requestCorrelationId }));
  expect(own.status).toBe(202);
  expect(own.json.id).not.toBe(finished);
});
