import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invoice, newCorrelationId, offer } from '#test/support/documents.ts';
import { backends, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { linesOf, openBulk } from './bulk-stream.ts';

const maxBodyBytes = 20_000;
let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'], environment: { MAX_BODY_BYTES: `${maxBodyBytes}` } });
});
afterAll(() => oms?.close());

const open = async (headers?: Record<string, string>) => openBulk(oms.url, await oms.token('arcade'), headers);

/** Of the invoices that were taken in, by their correlation ids. */
const idsOf = async (...bodies: { requestCorrelationId: string }[]): Promise<Map<string, string>> => {
  const { rows } = await oms.pool.query(
    'select id, request_correlation_id from document_request where request_correlation_id = any($1)',
    [bodies.map(({ requestCorrelationId }) => requestCorrelationId)],
  );
  return new Map(rows.map(({ id, request_correlation_id }) => [request_correlation_id, id]));
};

test('each line is answered while the upload is still going on, in the order of the lines', async () => {
  const bulk = await open();
  const [first, second, third] = [invoice(), invoice(), invoice()];
  bulk.send(linesOf(first, second));
  const answers = [await bulk.next(), await bulk.next()];
  bulk.send(linesOf(third));
  answers.push(await bulk.next());
  expect(await bulk.end()).toEqual([]);
  const ids = await idsOf(first, second, third);
  expect(answers).toEqual(
    [first, second, third].map(({ requestCorrelationId }, index) => ({
      line: index + 1,
      status: 202,
      id: ids.get(requestCorrelationId),
      links: { self: `/api/v1/document-requests/${ids.get(requestCorrelationId)}` },
    })),
  );
  const { headers, statusCode } = await bulk.response;
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
});

test('good lines are taken in, bad ones are named, whatever stands around them', async () => {
  const bulk = await open();
  const [first, last] = [invoice(), invoice()];
  const bad: [line: string | Buffer, code: string, field?: string][] = [
    ['no JSON', 'OMS_BODY_NOT_JSON'],
    [Buffer.from('{"a":"\xff"}', 'latin1'), 'OMS_BODY_NOT_JSON'],
    [JSON.stringify(invoice()).slice(0, -1), 'OMS_BODY_NOT_JSON'],
    ['[]', 'OMS_BODY_INVALID', ''],
    [JSON.stringify([invoice()]), 'OMS_BODY_INVALID', ''],
    [JSON.stringify({ ...invoice(), documentName: 7 }), 'OMS_BODY_INVALID', 'documentName'],
    [JSON.stringify({ ...invoice(), id: '019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10' }), 'OMS_BODY_INVALID', 'id'],
    [JSON.stringify(offer()), 'OMS_SOURCE_FORBIDDEN', 'sourceSystem'],
    ['{"__proto__": {"polluted": true}}', 'OMS_BODY_TEXT_INVALID', '__proto__'],
    [JSON.stringify(invoice({ requestCorrelationId: 'a\r\nb' })), 'OMS_BODY_INVALID', 'requestCorrelationId'],
    [`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, 'OMS_BODY_TOO_DEEP', Array(64).fill('a').join('.')],
    [JSON.stringify(invoice({ documentContent: { A: 'x'.repeat(maxBodyBytes) } })), 'OMS_BODY_TOO_LARGE'],
    [JSON.stringify({ ...first, priority: 1 }), 'OMS_CORRELATION_ID_TAKEN', 'requestCorrelationId'],
  ];
  bulk.send(`\ufeff${linesOf(first)}\r\n  \t\n`);
  for (const [line] of bad) {
    bulk.send(line);
    bulk.send('\r\n');
  }
  bulk.send(linesOf(first));
  // Without an end of its own.
  bulk.send(JSON.stringify(last));
  const answers = await bulk.end();
  expect(answers.map(({ line, status }) => [line, status])).toEqual([
    [1, 202],
    ...bad.map(([, code], index) => [4 + index, statusOf(code)]),
    [4 + bad.length, 202],
    [5 + bad.length, 202],
  ]);
  expect(
    answers.slice(1, -2).map(({ problem }) => [problem?.code, problem?.errors?.map(({ field }) => field)]),
  ).toEqual(bad.map(([, code, field]) => [code, field === undefined ? undefined : [field]]));
  expect(answers.at(-2)).toMatchObject({ id: answers[0]?.id, repeated: true });
  expect((await idsOf(last)).size).toBe(1);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

const statusOf = (code: string): number =>
  ({ OMS_SOURCE_FORBIDDEN: 403, OMS_BODY_TOO_LARGE: 413, OMS_CORRELATION_ID_TAKEN: 409 })[code] ?? 400;

test('lines may come in pieces of any size', async () => {
  const bulk = await open();
  const bodies = [invoice(), invoice({ documentContent: { A: 'blåbær, 🫐' } })];
  for (const byte of Buffer.from(linesOf(...bodies))) bulk.send(Uint8Array.of(byte));
  expect((await bulk.end()).map(({ status }) => status)).toEqual([202, 202]);
  const { rows } = await oms.pool.query('select content from document_request where request_correlation_id = $1', [
    bodies[1]?.requestCorrelationId,
  ]);
  expect(rows).toEqual([{ content: bodies[1]?.documentContent }]);
});

test('lines may be compressed, and what is no gzip is said to be none', async () => {
  const bulk = await open({ 'content-encoding': 'gzip' });
  bulk.send(gzipSync(linesOf(invoice(), invoice())));
  expect((await bulk.end()).map(({ status }) => status)).toEqual([202, 202]);

  const broken = await open({ 'content-encoding': 'gzip' });
  broken.send(gzipSync(linesOf(invoice())).subarray(0, -20));
  const answers = await broken.end();
  expect(answers.at(-1)).toMatchObject({ line: null, status: 400, problem: { code: 'OMS_BODY_NOT_JSON' } });
});

test('no line at all is answered with none', async () => {
  expect(await (await open()).end()).toEqual([]);
});

test('a client that sends everything before it reads anything is answered', async () => {
  const bulk = await open();
  const bodies = Array.from({ length: 5_000 }, () => invoice());
  bulk.send(linesOf(...bodies));
  // All are taken in, and nobody has read an answer yet.
  await eventually(async () => (await idsOf(...bodies)).size === bodies.length, { timeoutMs: 30_000, everyMs: 200 });
  const answers = await bulk.end();
  expect(answers.map(({ line }) => line)).toEqual(bodies.map((_, index) => index + 1));
  expect(new Set(answers.map(({ id }) => id))).toEqual(new Set((await idsOf(...bodies)).values()));
});

test('of an upload that is cut off, what was answered stays, half a line is none, and all may be sent again', async () => {
  const bodies = [invoice(), invoice(), invoice()];
  const bulk = await open();
  bulk.send(linesOf(...bodies.slice(0, 2)) + JSON.stringify(bodies[2]));
  const answered = [await bulk.next(), await bulk.next()];
  bulk.cut();
  const again = await open();
  again.send(linesOf(...bodies));
  const answers = await again.end();
  expect(answers.map(({ status, repeated }) => [status, repeated])).toEqual([
    [202, true],
    [202, true],
    [202, undefined],
  ]);
  expect(answers.slice(0, 2).map(({ id }) => id)).toEqual(answered.map(({ id }) => id));
});

test('a foreign correlation id that exists and one that does not are answered alike', async () => {
  const taken = offer();
  await oms.post(taken);
  const bulk = await open();
  bulk.send(linesOf(taken, { ...taken, requestCorrelationId: newCorrelationId() }));
  const [one, other] = await bulk.end();
  expect(one).toMatchObject({ status: 403, problem: { code: 'OMS_SOURCE_FORBIDDEN' } });
  expect(one?.problem).toEqual(other?.problem);
});

test.each([
  ['an encoding that nobody undoes', { 'content-encoding': 'br' }, 415, 'OMS_MEDIA_TYPE_NOT_SUPPORTED'],
  [
    'a charset that is not UTF-8',
    { 'content-type': 'application/x-ndjson; charset=latin1' },
    415,
    'OMS_MEDIA_TYPE_NOT_SUPPORTED',
  ],
  ['text', { 'content-type': 'text/plain' }, 415, 'OMS_MEDIA_TYPE_NOT_SUPPORTED'],
  ['an idempotency key', { 'idempotency-key': 'a' }, 400, 'OMS_IDEMPOTENCY_KEY_INVALID'],
])('%s is refused as a whole', async (_, headers, status, code) => {
  const bulk = await open(headers as Record<string, string>);
  const body = invoice();
  bulk.send(linesOf(body));
  const answers = await bulk.end();
  expect((await bulk.response).statusCode).toBe(status);
  expect(answers).toMatchObject([{ code }]);
  expect((await idsOf(body)).size).toBe(0);
});

describe.each(backends)('queues on %s', (backend) => {
  test('what comes in by lines is made like everything else', async () => {
    await using whole = await startOms({ backend });
    const bulk = openBulk(whole.url, await whole.token('arcade'));
    bulk.send(linesOf(...Array.from({ length: 120 }, () => invoice())));
    const ids = (await bulk.end()).map(({ id }) => id as string);
    const views = await Promise.all(ids.map((id) => whole.finished(id)));
    expect(views.map(({ status }) => status)).toEqual(Array(120).fill('COMPLETED'));
  });
});
