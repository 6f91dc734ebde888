import { expect, test } from '@jest/globals';
import { handover, openSandbox } from './sandbox.ts';

test('a document is accepted, queued, run and completed, and its PDF can be fetched', async () => {
  await using sandbox = await openSandbox();
  const { status, json, headers } = await sandbox.submit(handover());
  expect([status, json]).toEqual([
    202,
    { batchId: expect.any(Number), batchName: 'OMS-1-1', correlationId: 'request-1', status: 'QUEUED' },
  ]);
  expect(headers.get('location')).toBe(`/thunderhead/v1/batches/${json.batchId}`);
  const path = `/batches/${json.batchId}`;
  expect((await sandbox.get(path)).json).toMatchObject({ status: 'QUEUED', final: false, documents: [] });
  sandbox.advance(500);
  expect((await sandbox.get(path)).json).toMatchObject({ status: 'RUNNING', final: false });
  expect((await sandbox.get(`${path}/documents/1/content`)).status).toBe(409);
  sandbox.advance(500);
  expect((await sandbox.get(path)).json).toEqual({
    batchId: json.batchId,
    batchName: 'OMS-1-1',
    correlationId: 'request-1',
    status: 'COMPLETED',
    statusText: expect.any(String),
    final: true,
    transactions: { count: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
    channelJobs: { created: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
    documents: [{ no: 1, mimeType: 'application/pdf', dmsDocumentId: expect.any(Number) }],
    updatedAt: '2026-11-21T10:00:01.000Z',
  });
  const content = await sandbox.get(`${path}/documents/1/content`);
  expect([content.status, content.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  expect(content.text).toMatch(/^%PDF-/);
});

test('batches are found by correlation id: the answer to an unknown submit', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.accept(handover());
  expect((await sandbox.get('/batches?correlationId=request-1')).json).toMatchObject({ results: [{ batchId }] });
  expect((await sandbox.get('/batches?correlationId=other')).json).toEqual({ results: [] });
  expect((await sandbox.get('/batches')).status).toBe(400);
});

test('one query answers for up to 100 batches, and names those that are not known', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.accept(handover());
  const { status, json } = await sandbox.post('/batches/status:query', { batchIds: [batchId, 7] });
  expect([status, json]).toMatchObject([200, { results: [{ batchId, status: 'QUEUED' }], notFound: [7] }]);
  const tooMany = Array.from({ length: 101 }, (_, index) => index + 1);
  expect((await sandbox.post('/batches/status:query', { batchIds: tooMany })).status).toBe(422);
  expect((await sandbox.post('/batches/status:query', { batchIds: 'all' })).status).toBe(422);
});

test('a running batch can be stopped; a final one cannot', async () => {
  await using sandbox = await openSandbox();
  const path = `/batches/${await sandbox.accept(handover())}`;
  const { status, json } = await sandbox.post(`${path}/cancel`);
  expect([status, json]).toMatchObject([202, { status: 'STOPPING', final: false }]);
  sandbox.advance(1000);
  expect((await sandbox.get(path)).json).toMatchObject({
    ...{ status: 'STOPPED', final: true, documents: [] },
    transactions: { count: 1, completed: 0, stopped: 1 },
  });
  const again = await sandbox.post(`${path}/cancel`);
  expect([again.status, again.json.error]).toMatchObject([409, { code: 'TH-1410' }]);
});

test('under any root but Transactions, a batch makes one document for each child within its range', async () => {
  await using sandbox = await openSandbox();
  const xml = '<Letters><Letter>one</Letter><Letter>two</Letter><Letter>three</Letter></Letters>';
  const body = handover('', { transactionRange: '2-3' }, xml);
  const { status, json } = await sandbox.post('/batches', body);
  expect(status).toBe(202);
  sandbox.advance(1000);
  const batch = (await sandbox.get(`/batches/${json.batchId}`)).json;
  expect(batch).toMatchObject({ transactions: { count: 2, completed: 2 }, documents: [{ no: 2 }, { no: 3 }] });
  expect((await sandbox.get(`/batches/${json.batchId}/transactions`)).json).toEqual({
    transactions: [
      { transactionNo: 2, status: 'COMPLETED' },
      { transactionNo: 3, status: 'COMPLETED' },
    ],
  });
  expect((await sandbox.get(`/batches/${json.batchId}/documents/3/content`)).status).toBe(200);
  expect((await sandbox.get(`/batches/${json.batchId}/documents/1/content`)).status).toBe(404);
  const outside = handover('', { transactionRange: '2-4' }, xml);
  expect((await sandbox.post('/batches', outside)).json.error).toMatchObject({ code: 'TH-1001' });
});

test('a preview answers the PDF and leaves no batch behind', async () => {
  await using sandbox = await openSandbox();
  const { status, text } = await sandbox.post('/documents:preview', handover());
  expect([status, text.slice(0, 5)]).toEqual([200, '%PDF-']);
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ accepted: 0, calls: { executePreview: 1 } });
});

test.each([
  ['a body that is no JSON', '{', 400, 'TH-1400'],
  ['a body that is no object', '[]', 400, 'TH-1400'],
  ['a missing field', handover('', { batchName: '' }), 422, 'TH-1001'],
  ['data that is no base64', handover('', { transactionData: '<a/>' }), 422, 'TH-1001'],
  ['data that is no UTF-8', handover('', { transactionData: '/v8=' }), 422, 'TH-1001'],
  ['malformed XML', handover('', {}, '<a><b></a>'), 422, 'TH-1002'],
  ['a DOCTYPE (billion laughs)', handover('', {}, '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), 422, 'TH-1002'],
  ['more than 10 MB', handover('', { transactionData: 'A'.repeat(10 * 1024 * 1024) }), 413, 'TH-1413'],
])('%s is refused', async (_, body, status, code) => {
  await using sandbox = await openSandbox();
  const answer = await sandbox.post('/documents', body, { 'X-Correlation-ID': 'trace-1' });
  expect([answer.status, answer.json.error]).toEqual([
    status,
    {
      ...{ code, faultcode: 'soapenv:Client', retryable: false, correlationId: 'trace-1' },
      message: expect.any(String),
      details: expect.any(Array),
    },
  ]);
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ submitCalls: 1, accepted: 0 });
});

test.each(['/batches/7', '/batches/7/errors', '/batches/7/documents/1/content', '/batches/x', '/nothing'])(
  '%s is not known',
  async (path) => {
    await using sandbox = await openSandbox();
    const { status, json } = await sandbox.get(path);
    expect([status, json.error]).toMatchObject([404, { code: expect.stringMatching(/^TH-140[46]$/) }]);
  },
);

test('the oldest content is purged when the shelf is full; the batch itself is still known', async () => {
  await using sandbox = await openSandbox({ contentBytes: 4 * 1024 * 1024 });
  const xml = `<Letter>${'x'.repeat(3_000_000)}</Letter>`;
  const first = await sandbox.accept(handover('', { batchName: 'first' }, xml), 'key-1');
  const second = await sandbox.accept(handover('', { batchName: 'second' }, xml), 'key-2');
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${first}`)).json).toMatchObject({ status: 'COMPLETED' });
  expect((await sandbox.get(`/batches/${first}/documents/1/content`)).status).toBe(410);
  expect((await sandbox.get(`/batches/${second}/documents/1/content`)).status).toBe(200);
});

test('beyond the most that are kept, the oldest batch is forgotten', async () => {
  await using sandbox = await openSandbox({ mostDocuments: 2 });
  const ids = [];
  for (const key of ['a', 'b', 'c']) ids.push(await sandbox.accept(handover('', { batchName: key }), key));
  const statuses = await Promise.all(ids.map(async (id) => (await sandbox.get(`/batches/${id}`)).status));
  expect(statuses).toEqual([404, 200, 200]);
  expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toHaveLength(2);
});
