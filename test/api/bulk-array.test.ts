import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer } from '#test/support/client.ts';
import { invoice, offer } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'] });
});
afterAll(() => oms?.close());

const path = '/api/v1/document-requests/bulk';
const json = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array, headers: Record<string, string> = json): Promise<Answer> =>
  oms.as('arcade').fetch(path, { method: 'POST', body: body as string, headers });

interface Result {
  accepted: number;
  rejected: number;
  items: {
    index: number;
    status: number;
    id?: string;
    repeated?: true;
    problem?: { code: string; errors?: unknown[] };
  }[];
}
const resultOf = ({ status, json: answer }: Answer): Result => {
  expect(status).toBe(200);
  return answer as unknown as Result;
};

const countRows = async (): Promise<number> =>
  (await oms.pool.query('select count(*)::int as rows from document_request')).rows[0].rows;

test('each request of an array is answered at its place: good ones are taken in, bad ones named', async () => {
  const [first, last] = [invoice(), invoice()];
  const rounded = JSON.stringify(invoice({ documentContent: { A: '@' } })).replace('"@"', '0.12345678901234567890');
  const items = [
    JSON.stringify(first),
    '7',
    JSON.stringify({ ...invoice(), status: 'COMPLETED', client: 'cibt' }),
    rounded,
    '{"__proto__": {"polluted": true}}',
    JSON.stringify(offer()),
    JSON.stringify({ ...first, priority: 9 }),
    JSON.stringify(first),
    JSON.stringify(last),
  ];
  const { accepted, rejected, items: answers } = resultOf(await post(`[${items.join(',')}]`));
  expect([accepted, rejected]).toEqual([3, 6]);
  expect(answers.map(({ index, status, problem }) => [index, status, problem?.code])).toEqual([
    [0, 202, undefined],
    [1, 400, 'OMS_BODY_INVALID'],
    [2, 400, 'OMS_BODY_INVALID'],
    [3, 400, 'OMS_BODY_TEXT_INVALID'],
    [4, 400, 'OMS_BODY_TEXT_INVALID'],
    [5, 403, 'OMS_SOURCE_FORBIDDEN'],
    [6, 409, 'OMS_CORRELATION_ID_TAKEN'],
    [7, 202, undefined],
    [8, 202, undefined],
  ]);
  expect(answers[2]?.problem?.errors).toMatchObject([{ field: 'status' }, { field: 'client' }]);
  expect(answers[3]?.problem?.errors).toMatchObject([{ field: 'documentContent.A' }]);
  expect(answers[7]).toMatchObject({ id: answers[0]?.id, repeated: true });
  const { rows } = await oms.pool.query('select id from document_request where request_correlation_id = any($1)', [
    [first.requestCorrelationId, last.requestCorrelationId],
  ]);
  expect(rows.map(({ id }) => id).sort()).toEqual([answers[0]?.id, answers[8]?.id].sort());
});

test('a thousand share inserts', async () => {
  const bodies = Array.from({ length: 1_000 }, () => invoice());
  const { accepted, items } = resultOf(
    await post(gzipSync(JSON.stringify(bodies)), { ...json, 'content-encoding': 'gzip' }),
  );
  expect(accepted).toBe(1_000);
  const { rows } = await oms.pool.query(
    'select count(*)::int as rows, count(distinct xmin::text)::int as inserts from document_request where id = any($1)',
    [items.map(({ id }) => id)],
  );
  expect(rows[0].rows).toBe(1_000);
  expect(rows[0].inserts).toBeLessThan(20);
});

test.each([
  ['one request that is in no array', () => JSON.stringify(invoice()), 400, 'OMS_BODY_INVALID'],
  ['an empty array', () => '[]', 400, 'OMS_BODY_INVALID'],
  ['an empty body', () => '', 400, 'OMS_BODY_INVALID'],
  ['1,001 requests', () => JSON.stringify(Array(1_001).fill({})), 400, 'OMS_BODY_INVALID'],
  ['an array that is cut off', () => '[{}', 400, 'OMS_BODY_NOT_JSON'],
  ['11 MB', () => JSON.stringify(['x'.repeat(11_000_000)]), 413, 'OMS_BODY_TOO_LARGE'],
])('%s: nothing is taken in', async (_, body, status, code) => {
  const before = await countRows();
  const answer = await post(body());
  expect([answer.status, answer.json.code]).toEqual([status, code]);
  expect(await countRows()).toBe(before);
});

test('other media types are refused, and those that are taken are named', async () => {
  for (const headers of [{ 'content-type': 'text/csv' }, { 'content-type': 'application/json; charset=utf-16' }]) {
    const answer = await post(JSON.stringify([invoice()]), headers);
    expect([answer.status, answer.json.code]).toEqual([415, 'OMS_MEDIA_TYPE_NOT_SUPPORTED']);
  }
  expect((await post('a,b', { 'content-type': 'text/csv' })).json.detail).toContain('application/x-ndjson');
});

test('the deepest nesting of one request leaves its neighbours alone', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { items } = resultOf(await post(`[${deep},${JSON.stringify(invoice())}]`));
  expect(items.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [400, 'OMS_BODY_TOO_DEEP'],
    [202, undefined],
  ]);
});
