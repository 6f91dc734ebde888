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

test.each([
  ['reject', 'TH-1003', [{ msgId: 10101, msgType: 'E', args: ['SANDBOX'] }]],
  ['client-fault', 'TH-1005', []],
])('SANDBOX=%s is refused on submit, for good', async (fault, code, details) => {
  await using sandbox = await openSandbox();
  for (const _ of [1, 2]) {
    const { status, json } = await sandbox.submit(handover(fault));
    expect([status, json.error]).toMatchObject([422, { code, faultcode: 'soapenv:Client', retryable: false, details }]);
  }
  expect((await sandbox.get('/sandbox/counts')).json).toMatchObject({ accepted: 0 });
});

test.each(['nonsense', 'slow', 'slow:x', 'unavailable:1000000', 'error,stop', 'constructor'])(
  'SANDBOX=%s is refused, and the known ones are named',
  async (fault) => {
    await using sandbox = await openSandbox();
    const { status, json } = await sandbox.submit(handover(fault));
    expect([status, json.error]).toMatchObject([
      422,
      { code: 'TH-1004', details: [{ msgId: 10102, args: expect.arrayContaining(['reject', 'throttled-503:<n>']) }] },
    ]);
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
  ['throttled-503', 503, 'TH-2429'],
  ['throttled-500', 500, 'TH-2429'],
  ['server-error', 502, 'TH-2500'],
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
  expect(statuses).toEqual([503, 429, 502, 202]);
  const [batch] = (await sandbox.get('/batches?correlationId=request-1')).json.results as unknown as object[];
  expect(batch).toMatchObject({ status: 'ERRORED' });
});

test('SANDBOX=timeout is accepted, and the gateway gives up; the blind resend is accepted a second time', async () => {
  await using sandbox = await openSandbox({ backendTimeoutMs: 300 });
  const { status, json, headers } = await sandbox.submit(handover('timeout'));
  expect([status, json.error, headers.get('retry-after')]).toMatchObject([
    ...[504, { code: 'TH-2504', faultcode: 'soapenv:Server', retryable: false }],
    null,
  ]);
  expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toHaveLength(1);
  expect((await sandbox.submit(handover('timeout'))).status).toBe(202);
  expect(await sandbox.counts()).toMatchObject({ submitCalls: 2, accepted: 2, acceptedTwice: ['request-1'] });
});

test('SANDBOX=malformed is accepted, and its answer cannot be understood', async () => {
  await using sandbox = await openSandbox();
  const { status, json } = await sandbox.submit(handover('malformed'));
  expect([status, json.error]).toMatchObject([502, { code: 'TH-2502', retryable: false }]);
  expect(await sandbox.counts()).toMatchObject({ accepted: 1, acceptedTwice: [] });
  expect((await sandbox.submit(handover('malformed'))).status).toBe(202);
  expect(await sandbox.counts()).toMatchObject({ accepted: 2, acceptedTwice: ['request-1'] });
});

test('SANDBOX=reset is accepted, and the connection is torn down; once for each name', async () => {
  await using sandbox = await openSandbox();
  await expect(sandbox.submit(handover('reset'))).rejects.toThrow();
  expect((await sandbox.get('/batches?correlationId=request-1')).json.results).toHaveLength(1);
  await expect(sandbox.submit(handover('reset', { batchName: 'another' }))).rejects.toThrow();
  expect((await sandbox.submit(handover('reset'))).status).toBe(202);
});

test('faults by chance: shares of the accepted submits, the same ones for the same seed', async () => {
  await using sandbox = await openSandbox({ backendTimeoutMs: 100 });
  const fates = async (seed: number) => {
    expect((await sandbox.post('/sandbox/faults', { timeout: 0.1, reset: 0.2, malformed: 0.2, seed })).status).toBe(
      200,
    );
    const seen: (number | 'reset')[] = [];
    for (let call = 0; call < 40; call++) {
      const submit = sandbox.submit(handover(), `${seed}-${call}`);
      seen.push(
        await submit.then(
          ({ status }) => status,
          () => 'reset',
        ),
      );
    }
    return seen;
  };
  const first = await fates(7);
  await sandbox.post('/sandbox/reset');
  expect(await fates(7)).toEqual(first);
  const second = await fates(8);
  expect(second).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set([202, 502, 504, 'reset']));
  expect(first.filter((fate) => fate !== 202).length).toBeLessThan(32);
  const unansweredByChance = second.filter((fate) => fate !== 202).length;
  expect(await sandbox.counts()).toMatchObject({ accepted: 80, unansweredByChance });
  for (const wrong of [{ timeout: 2 }, { timeout: 0.6, reset: 0.6 }, { seed: 0.5 }, { reset: '1' }]) {
    expect((await sandbox.post('/sandbox/faults', wrong)).status).toBe(422);
  }
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

test('the pace of later batches can be set, and everything forgotten', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/batch-ms', { ms: 0 });
  const batchId = await sandbox.accept(handover(), 'key-1');
  expect((await sandbox.get(`/batches/${batchId}`)).json).toMatchObject({ status: 'COMPLETED' });
  await sandbox.submit(handover('unavailable:1'), 'key-2');
  await sandbox.post('/sandbox/reset');
  expect((await sandbox.get('/sandbox/counts')).json).toEqual({
    ...{ calls: {}, callsPerMinute: [], submitCalls: 0, refusedByThrottle: 0, unansweredByChance: 0 },
    ...{ accepted: 0, acceptedBatches: 0, acceptedTwice: [], batches: 0 },
  });
  expect((await sandbox.get(`/batches/${batchId}`)).status).toBe(404);
  expect((await sandbox.submit(handover('unavailable:1'), 'key-2')).status).toBe(503);
  expect(await sandbox.accept(handover(), 'key-1')).toBeGreaterThan(batchId);
});
