import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProblemCode, problems } from '#src/api/problem.ts';
import type { Answer } from '#test/support/client.ts';
import { invoice } from '#test/support/documents.ts';
import { backends, type Oms, startOms } from '#test/support/oms.ts';
import { badBodies } from './bad-bodies.ts';

/** Whatever comes in: an answer that says what is wrong and where, and no trace in the database. */
describe.each(backends)('bad input, queues on %s', (backend) => {
  let oms: Oms;
  beforeAll(async () => {
    // Without a worker nothing moves by itself: a row that is there has come from the request.
    oms = await startOms({ backend, roles: ['api'] });
  });
  afterAll(() => oms?.close());

  test.each(badBodies())('$name', async ({ body, headers, code, fields }) => {
    const before = await rowsOf(oms);
    const answer = await oms.send(body, headers);
    expectProblem(answer, code);
    expect((answer.json.errors ?? []).map(({ field }) => field).sort()).toEqual([...fields].sort());
    expect(answer.bytes.length).toBeLessThan(10_000);
    expect(await rowsOf(oms)).toEqual(before);
  });

  test.each([
    ['an array', '[]', 'is an array; many requests go to /api/v1/document-requests/bulk'],
    ['nothing', '', 'the body is empty'],
  ])('%s instead of a request: one error says so', async (_, body, message) => {
    expect((await oms.send(body)).json.errors).toEqual([{ field: '', message }]);
  });

  test('what is nearly too much is taken', async () => {
    const limits = {
      documentContent: {
        A: 'x'.repeat(10_000_000),
        'b:Ærlig-1.2_æ': [0.1, 9_007_199_254_740_991, 1e-7, '\ud83d\ude00\t\n'],
      },
      documentMetadata: Array.from({ length: 100 }, (_, n) => ({ key: `K${n}`, value: '' })),
      requestCorrelationId: 'å'.repeat(128),
      notBefore: '9999-12-31T23:59:59.999999999Z',
      priority: 9,
    };
    await oms.post(invoice(limits));
    const sixtyFour = `${'{"a":'.repeat(62)}1${'}'.repeat(62)}`;
    const deepest = JSON.stringify(invoice({ documentContent: { A: '@here' } })).replace('"@here"', sixtyFour);
    expect((await oms.send(deepest)).status).toBe(202);
  });

  test('no prototype has been touched', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('names that JavaScript has for every object are names like others', async () => {
    const content = { constructor: { prototype: { polluted: true } }, toString: 'a', hasOwnProperty: 1 };
    const id = await oms.post(invoice({ documentContent: content }));
    const { rows } = await oms.pool.query('select content from document_request where id = $1', [id]);
    expect(rows[0].content).toEqual(content);
  });

  test('a second body under a correlation id is refused, the same one again is not', async () => {
    const body = invoice();
    const id = await oms.post(body);
    const before = await rowsOf(oms, 'public');
    for (const other of [
      { ...body, documentName: 'IVBRKCOM' },
      { ...body, priority: 1 },
      { ...body, notBefore: '2030-01-01T00:00:00Z' },
      { ...body, documentMetadata: [] },
      { ...body, documentContent: { Invoice: { ID: 'F-18' } } },
    ]) {
      const answer = await oms.send(JSON.stringify(other));
      expectProblem(answer, 'OMS_CORRELATION_ID_TAKEN');
      expect(answer.json.errors).toEqual([expect.objectContaining({ field: 'requestCorrelationId' })]);
    }
    const { requestCorrelationId, ...rest } = body;
    expect(await oms.post({ requestCorrelationId, ...rest })).toBe(id);
    expect((await oms.send(JSON.stringify(body, null, 2))).json.id).toBe(id);
    expect(await rowsOf(oms, 'public')).toEqual(before);
    // The id belongs to the source: another one may use it too.
    expect(await oms.post({ ...body, sourceSystem: 'CIBT' })).not.toBe(id);
  });

  test.each(['', '/history', '/document'])('an id that is no UUID, and one that nobody has: /{id}%s', async (path) => {
    for (const id of ['1', 'x', '%00', '..%2f', `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(13)}`]) {
      const answer = await oms.fetch(`/api/v1/document-requests/${id}${path}`);
      expectProblem(answer, 'OMS_PARAMETER_INVALID');
      expect(answer.json.errors).toEqual([{ field: 'id', message: 'id must be a UUID' }]);
    }
    expectProblem(await oms.fetch(`/api/v1/document-requests/%E0%A4%A${path}`), 'OMS_PARAMETER_INVALID');
    const nobodys = '01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8';
    expectProblem(await oms.fetch(`/api/v1/document-requests/${nobodys}${path}`), 'OMS_REQUEST_NOT_FOUND');
  });

  test.each([
    ['PUT', '/document-requests', 'POST, GET'],
    ['PATCH', '/document-requests/bulk', 'POST'],
    ['DELETE', '/document-requests/x', 'GET'],
    ['POST', '/document-requests/x/history', 'GET'],
    ['PATCH', '/document-requests/x/document', 'GET'],
    ['POST', '/status-events', 'GET'],
    ['OPTIONS', '/status-events', 'GET'],
  ])('%s %s is answered by %s alone', async (method, path, allowed) => {
    const answer = await oms.fetch(`/api/v1${path}`, { method });
    expectProblem(answer, 'OMS_METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe(allowed);
    expect(answer.json.detail).toContain(`/api/v1${path}`);
  });

  test.each([
    '/',
    '/api',
    '/api/v1',
    '/api/v2/document-requests',
    '/api/v1/Document-Requests',
    '/api/v1/document-requests/x/y',
  ])('%s leads nowhere', async (path) => expectProblem(await oms.fetch(path), 'OMS_ROUTE_NOT_FOUND'));

  test.each([
    ['after', 'x'],
    ['after', ''],
    ['after', '1'],
    ['after', '%00'],
    ['after', '-1-1'],
    ['after', '99999999999999999999-1'],
    ['after', '1-9999999999999999999'],
    ['after', '1-1&after=2-2'],
    ['limit', '0'],
    ['limit', '1001'],
    ['limit', '1.5'],
    ['limit', 'many'],
    ['page', '2'],
  ])('the feed does not take %s=%s', async (parameter, value) => {
    const answer = await oms.fetch(`/api/v1/status-events?${parameter}=${value}`);
    expectProblem(answer, 'OMS_PARAMETER_INVALID');
    expect(answer.json.errors).toEqual([expect.objectContaining({ field: parameter })]);
  });

  test('none of it was our fault', () => {
    expect(oms.log.filter(({ level }) => level !== 'warn')).toEqual([]);
  });
});

/** RFC 9457, and the status that belongs to the code. */
function expectProblem({ status, headers, json }: Answer, code: ProblemCode): void {
  expect(json).toMatchObject({
    code,
    type: `urn:oms:problem:${code}`,
    title: problems[code].title,
    status: problems[code].status,
    detail: expect.stringMatching(/./),
  });
  expect(status).toBe(problems[code].status);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  for (const { field, message } of json.errors ?? [])
    expect([typeof field, typeof message, message.length > 0]).toEqual(['string', 'string', true]);
}

/** How many rows each table has; the queues' own included, unless told. Who asked how often is counted whatever it was. */
async function rowsOf({ pool }: Oms, schema = '%'): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; rows: number }>(
    `select table_schema || '.' || table_name as name, (xpath('/row/rows/text()',
       query_to_xml(format('select count(*) as rows from %I.%I', table_schema, table_name), false, true, '')))[1]::text::int as rows
     from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       and table_name <> 'rate_limit' and table_schema like $1 order by 1`,
    [schema],
  );
  const counts = Object.fromEntries(rows.map((row) => [row.name, row.rows]));
  expect(Object.keys(counts)).toEqual(expect.arrayContaining(['public.document_request', 'public.progress']));
  return counts;
}
