import { expect, test } from '@jest/globals';
import { handover, openSandbox } from './sandbox.ts';

test.each([
  ['error', 'ERRORED', { count: 1, completed: 0, errored: 1 }, { created: 1, completed: 0, errored: 1 }, 0],
  ['partial', 'COMPLETED_WITH_ERRORS', { count: 1, completed: 1, errored: 0 }, { created: 2, completed: 1 }, 1],
  ['stop', 'STOPPED', { count: 1, completed: 0, stopped: 1 }, { created: 0 }, 0],
])('SANDBOX=%s ends as %s', async (fault, status, transactions, channelJobs, documents) => {
  await using sandbox = await openSandbox();
  const path = `/batches/${await sandbox.accept(handover(fault))}`;
  expect((await sandbox.get(path)).json).toMatchObject({ status: 'QUEUED' });
  sandbox.advance(1000);
  const { json } = await sandbox.get(path);
  expect(json).toMatchObject({ status, final: true, transactions, channelJobs });
  expect(json.documents).toHaveLength(documents);
});

test.each(['error', 'partial'])('SANDBOX=%s explains itself with messages', async (fault) => {
  await using sandbox = await openSandbox();
  const path = `/batches/${await sandbox.accept(handover(fault))}/errors`;
  expect((await sandbox.get(path)).json).toEqual({ errors: [] });
  sandbox.advance(1000);
  expect((await sandbox.get(path)).json.errors).toEqual([
    {
      ...{ msgId: expect.any(Number), msgType: 'E', category: expect.any(String), msgText: expect.any(String) },
      ...{ msgDate: '2026-11-21T10:00:01.000Z', transactionNo: 1, channelId: expect.any(Number), docId: 1 },
      ...{ args: [expect.any(String)], retryable: false },
    },
  ]);
});

test('SANDBOX=partial spoils one transaction of many', async () => {
  await using sandbox = await openSandbox();
  const body = handover('partial', { transactionRange: '' }, '<L><a/><a/><a/></L>');
  const { json } = await sandbox.post('/batches', body);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${json.batchId}`)).json).toMatchObject({
    transactions: { count: 3, completed: 2, errored: 1 },
    documents: [{ no: 1 }, { no: 2 }],
  });
});

test('SANDBOX=reject is refused on submit, for good', async () => {
  await using sandbox = await openSandbox();
  for (const _ of [1, 2]) {
    const { status, json } = await sandbox.submit(handover('reject'));
    expect([status, json.error]).toMatchObject([422, { code: 'TH-1003', retryable: false }]);
  }
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ accepted: 0 });
});

test.each(['nonsense', 'slow', 'slow:x', 'unavailable:1000000', 'error,stop', 'constructor'])(
  'SANDBOX=%s is refused, and the known ones are named',
  async (fault) => {
    await using sandbox = await openSandbox();
    const { status, json } = await sandbox.submit(handover(fault));
    expect([status, json.error]).toMatchObject([422, { code: 'TH-1004', details: expect.arrayContaining(['reject']) }]);
  },
);

test('SANDBOX=slow:<ms> takes that long, SANDBOX=never is never final', async () => {
  await using sandbox = await openSandbox();
  const slow = await sandbox.accept(handover('slow:60000', { batchName: 'slow' }));
  const never = await sandbox.accept(handover('never', { batchName: 'never' }));
  sandbox.advance(59_999);
  expect((await sandbox.get(`/batches/${slow}`)).json).toMatchObject({ status: 'RUNNING' });
  sandbox.advance(1);
  expect((await sandbox.get(`/batches/${slow}`)).json).toMatchObject({ status: 'COMPLETED' });
  sandbox.advance(1e9);
  expect((await sandbox.get(`/batches/${never}`)).json).toMatchObject({ status: 'RUNNING', final: false });
});

test.each([
  ['unavailable', 503, 'TH-2503'],
  ['throttled', 429, 'TH-2429'],
  ['throttled-500', 500, 'TH-2429'],
  ['server-error', 500, 'TH-2500'],
])('SANDBOX=%s:2 turns the first two attempts away with %i, then accepts', async (fault, status, code) => {
  await using sandbox = await openSandbox();
  for (const _ of [1, 2]) {
    const answer = await sandbox.submit(handover(`${fault}:2`));
    expect([answer.status, answer.headers.get('retry-after'), answer.json.error]).toMatchObject([
      ...[status, '1'],
      { code, faultcode: 'soapenv:Server', retryable: true },
    ]);
    expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toEqual([]);
  }
  expect((await sandbox.submit(handover(`${fault}:2`))).status).toBe(202);
});

test('several faults come one after the other', async () => {
  await using sandbox = await openSandbox();
  const statuses = [];
  for (const _ of [1, 2, 3, 4]) {
    statuses.push((await sandbox.submit(handover('unavailable:1, throttled:1, server-error:1, slow:0, error'))).status);
  }
  expect(statuses).toEqual([503, 429, 500, 202]);
  const [batch] = (await sandbox.get('/batches?correlationId=request-1')).json.results as unknown as object[];
  expect(batch).toMatchObject({ status: 'ERRORED' });
});

test('SANDBOX=timeout accepts without a word; a repeat is answered at once, with the same batch', async () => {
  await using sandbox = await openSandbox();
  const giveUp = AbortSignal.timeout(200);
  const headers = { 'Idempotency-Key': 'key-1' };
  const body = JSON.stringify(handover('timeout'));
  const silent = fetch(`${sandbox.url}/documents`, { method: 'POST', headers, body, signal: giveUp });
  await expect(silent).rejects.toThrow(/timeout/);
  const [found] = (await sandbox.get('/batches?correlationId=request-1')).json.results as unknown as object[];
  const { status, json } = await sandbox.submit(handover('timeout'));
  expect(status).toBe(202);
  expect(found).toMatchObject({ batchId: json.batchId });
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ submitCalls: 2, accepted: 1 });
});

test('SANDBOX=reset accepts once and tears the connection down every time', async () => {
  await using sandbox = await openSandbox();
  for (const _ of [1, 2]) await expect(sandbox.submit(handover('reset'))).rejects.toThrow();
  expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toHaveLength(1);
});

test('SANDBOX=purged completes, but its content is gone', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.accept(handover('purged'));
  expect((await sandbox.get(`/batches/${batchId}/documents/1/content`)).status).toBe(409);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}/documents/1/content`)).status).toBe(410);
});

test('SANDBOX=lost is forgotten when it should have ended; only the inspector still knows it', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.accept(handover('lost'));
  expect((await sandbox.get(`/batches/${batchId}`)).status).toBe(200);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}`)).status).toBe(404);
  expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toEqual([]);
  const { json } = await sandbox.post('/batches/status:query', { batchIds: [batchId] });
  expect(json).toEqual({ results: [], notFound: [batchId] });
  expect((await sandbox.get('/sandbox/accepted?correlationId=request-1')).json.accepted).toHaveLength(1);
});

test('an outage refuses every call of the facade until it is over, and accepts nothing', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/outage', { mode: 'unavailable' });
  const { status, headers } = await sandbox.submit(handover());
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  await sandbox.post('/sandbox/outage', { mode: 'hang' });
  const hanging = fetch(`${sandbox.url}/batches/1`, { signal: AbortSignal.timeout(200) });
  await expect(hanging).rejects.toThrow(/timeout/);
  await sandbox.post('/sandbox/outage', { mode: 'none' });
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ accepted: 0 });
  expect((await sandbox.submit(handover())).status).toBe(202);
  expect((await sandbox.post('/sandbox/outage', { mode: 'fire' })).status).toBe(422);
});

test('the pace of later batches can be set, and everything forgotten', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/batch-ms', { ms: 0 });
  const batchId = await sandbox.accept(handover(), 'key-1');
  expect((await sandbox.get(`/batches/${batchId}`)).json).toMatchObject({ status: 'COMPLETED' });
  await sandbox.submit(handover('unavailable:1'), 'key-2');
  await sandbox.post('/sandbox/reset');
  expect((await sandbox.get('/sandbox/counts')).json).toEqual({
    ...{ calls: {}, submitCalls: 0, accepted: 0, acceptedTwice: [], batches: 0 },
  });
  expect((await sandbox.get(`/batches/${batchId}`)).status).toBe(404);
  expect((await sandbox.submit(handover('unavailable:1'), 'key-2')).status).toBe(503);
  expect(await sandbox.accept(handover(), 'key-1')).toBeGreaterThan(batchId);
});
