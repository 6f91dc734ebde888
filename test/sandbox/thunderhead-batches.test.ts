import { expect, test } from '@jest/globals';
import { bundle, handover, type Json, openSandbox } from './sandbox.ts';

/** Many documents in one hand-over (sandbox contract): each transaction has an id, a name and properties of its own. */
const three = [{ correlationId: 'a' }, { correlationId: 'b' }, { correlationId: 'c' }];
const invoice = '<Invoice xmlns:cbc="urn:b"><cbc:ID>F-1 &amp; Å</cbc:ID></Invoice>';

test('a batch is found by its own correlation id, and by that of each of its transactions', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany(three);
  for (const id of ['handover-1', 'a', 'b', 'c']) {
    const { results } = (await sandbox.get(`/batches?correlationId=${id}`)).json;
    expect(results).toMatchObject([{ batchId, correlationId: 'handover-1', transactions: { count: 3 } }]);
  }
  expect((await sandbox.get('/batches?correlationId=d')).json.results).toEqual([]);
  expect(await sandbox.counts()).toMatchObject({ accepted: 3, acceptedBatches: 1, batches: 1 });
});

test('each transaction says which document it is, and ends with a number of its own', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany(three);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}/transactions`)).json.transactions).toEqual([
    { transactionNo: 1, status: 'COMPLETED', correlationId: 'a', name: 'OMS-a' },
    { transactionNo: 2, status: 'COMPLETED', correlationId: 'b', name: 'OMS-b' },
    { transactionNo: 3, status: 'COMPLETED', correlationId: 'c', name: 'OMS-c' },
  ]);
  const { documents } = (await sandbox.get(`/batches/${batchId}`)).json as unknown as {
    documents: { no: number; dmsDocumentId: number }[];
  };
  const first = documents[0]?.dmsDocumentId ?? Number.NaN;
  expect(documents.map(({ no, dmsDocumentId }) => [no, dmsDocumentId - first])).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
});

test('the wrapper changes nothing of a document: it is the same, byte for byte, as when it came alone', async () => {
  await using sandbox = await openSandbox();
  const properties = { LANGUAGE_CODE: 'nb', SIGNEE_1: 'Kari &amp; Ola' };
  const alone = await sandbox.accept(
    handover(
      '',
      {
        batchName: 'OMS-7-1',
        properties: [
          { name: 'LANGUAGE_CODE', value: 'nb' },
          { name: 'SIGNEE_1', value: 'Kari & Ola' },
        ],
      },
      invoice,
    ),
  );
  const together = await sandbox.acceptMany(
    [
      { correlationId: 'other', properties: { LANGUAGE_CODE: 'sv' } },
      { correlationId: 'seven', name: 'OMS-7-1', properties, xml: invoice },
    ],
    { properties: [{ name: 'LANGUAGE_CODE', value: 'da' }] },
  );
  sandbox.advance(1000);
  const one = await sandbox.get(`/batches/${alone}/documents/1/content`);
  const two = await sandbox.get(`/batches/${together}/documents/2/content`);
  expect(two.text).toBe(one.text);
  expect((await sandbox.get(`/batches/${together}/documents/1/content`)).text).not.toBe(one.text);
});

test('error and partial spoil the transaction that asks for it, and no other', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany([
    ...three,
    { correlationId: 'd', sandbox: 'error' },
    { correlationId: 'e', sandbox: 'partial' },
  ]);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}`)).json).toMatchObject({
    ...{ status: 'COMPLETED_WITH_ERRORS', final: true },
    transactions: { count: 5, completed: 4, errored: 1 },
    channelJobs: { created: 6, completed: 4, errored: 2 },
    documents: [{ no: 1 }, { no: 2 }, { no: 3 }, { no: 5 }],
  });
  const { transactions } = (await sandbox.get(`/batches/${batchId}/transactions`)).json;
  expect((transactions as unknown as { status: string }[]).map(({ status }) => status)).toEqual([
    ...['COMPLETED', 'COMPLETED', 'COMPLETED', 'ERRORED', 'COMPLETED_WITH_ERRORS'],
  ]);
  expect((await sandbox.get(`/batches/${batchId}/errors`)).json.errors).toMatchObject([
    { msgId: 10234, category: 'DATA', transactionNo: 4 },
    { msgId: 10307, category: 'CHANNEL', transactionNo: 5 },
  ]);
  expect((await sandbox.get(`/batches/${batchId}/documents/4/content`)).status).toBe(404);
});

test('when all are errored, the batch is', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany(three.map((one) => ({ ...one, sandbox: 'error' })));
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}`)).json).toMatchObject({
    ...{ status: 'ERRORED', documents: [], transactions: { count: 3, completed: 0, errored: 3 } },
  });
  expect((await sandbox.get(`/batches/${batchId}/errors`)).json.errors).toHaveLength(3);
});

test.each([
  ['reject', 'TH-1003', 10101],
  ['no-such-fault', 'TH-1004', 10102],
])('%s in some of them refuses the whole submit, and names every one', async (sandbox, code, msgId) => {
  await using opened = await openSandbox();
  const spoilt = [{ correlationId: 'd', sandbox }, ...three, { correlationId: 'e', sandbox: `slow:5,${sandbox}` }];
  const { status, json } = await opened.post('/batches', bundle(spoilt));
  const common = { msgId, msgType: 'E', category: 'DATA', msgText: expect.any(String), args: expect.any(Array) };
  expect([status, json.error]).toEqual([
    422,
    expect.objectContaining({
      ...{ code, faultcode: 'soapenv:Client', retryable: false },
      details: [
        { ...common, transactionNo: 1, retryable: false },
        { ...common, transactionNo: 5, retryable: false },
      ],
    }),
  ]);
  expect(await opened.counts()).toMatchObject({ accepted: 0 });
});

test.each([
  ['client-fault', bundle([{ correlationId: 'a' }, { correlationId: 'b', sandbox: 'client-fault' }]), 'TH-1005'],
  ['malformed XML', bundle([{ correlationId: 'a' }, { correlationId: 'b', xml: '<Letter>&</Letter>' }]), 'TH-1002'],
  ['no transaction at all', bundle([]), 'TH-1001'],
])('%s refuses the whole submit, and names nobody', async (_, body, code) => {
  await using sandbox = await openSandbox();
  const { status, json } = await sandbox.post('/batches', body);
  expect([status, json.error]).toMatchObject([422, { code }]);
  expect(JSON.stringify(json)).not.toContain('transactionNo');
});

test.each([
  ['no correlation id', { correlationId: '' }],
  ['no name', { correlationId: 'b', name: '' }],
  ['no element', { correlationId: 'b', xml: 'text' }],
  ['two elements', { correlationId: 'b', xml: '<a/><b/>' }],
  ['two data', { correlationId: 'b', xml: '</Data><Data><a/>' }],
])('a transaction with %s is refused by its number', async (_, wrong) => {
  await using sandbox = await openSandbox();
  const { status, json } = await sandbox.post('/batches', bundle([{ correlationId: 'a' }, wrong]));
  expect([status, json.error]).toMatchObject([422, { code: 'TH-1001', details: [{ transactionNo: 2 }] }]);
});

test('the batch takes as long as its slowest transaction', async () => {
  await using sandbox = await openSandbox();
  const slow = ['slow:5000', 'slow:9000', 'slow:1000'];
  const batchId = await sandbox.acceptMany(three.map((one, index) => ({ ...one, sandbox: slow[index] as string })));
  const status = async () => (await sandbox.get(`/batches/${batchId}`)).json.status;
  sandbox.advance(8999);
  expect(await status()).toBe('RUNNING');
  sandbox.advance(1);
  expect(await status()).toBe('COMPLETED');
});

test.each([
  ['stop', (json: Json) => expect(json).toMatchObject({ status: 'STOPPED', transactions: { stopped: 3 } })],
  ['never', (json: Json) => expect(json).toMatchObject({ status: 'RUNNING', final: false })],
  ['lost', (json: Json) => expect(json.error).toMatchObject({ code: 'TH-1404' })],
  ['purged', (json: Json) => expect(json).toMatchObject({ status: 'COMPLETED' })],
])('%s in one of them is the fate of all', async (fault, expected) => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany([...three.slice(1), { correlationId: 'a', sandbox: fault }]);
  sandbox.advance(1000);
  expected((await sandbox.get(`/batches/${batchId}`)).json);
  if (fault === 'purged') expect((await sandbox.get(`/batches/${batchId}/documents/1/content`)).status).toBe(410);
});

test.each([
  ['unavailable', 503],
  ['throttled-500', 500],
  ['server-error', 502],
  ['timeout', 504],
  ['malformed', 502],
])('%s in one of them meets the whole submit, once', async (fault, status) => {
  await using sandbox = await openSandbox({ backendTimeoutMs: 300 });
  const counted = ['timeout', 'malformed'].includes(fault) ? fault : `${fault}:1`;
  const body = bundle([...three, { correlationId: 'd', sandbox: counted }]);
  expect((await sandbox.post('/batches', body)).status).toBe(status);
  expect((await sandbox.post('/batches', body)).status).toBe(202);
});

test('a document as deep as may be does not become too deep in a batch', async () => {
  await using sandbox = await openSandbox();
  const deep = (levels: number) => `${'<a>'.repeat(levels)}x${'</a>'.repeat(levels)}`;
  const batchId = await sandbox.acceptMany([{ correlationId: 'a', xml: deep(90) }]);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}/documents/1/content`)).status).toBe(200);
  expect((await sandbox.post('/batches', bundle([{ correlationId: 'b', xml: deep(91) }]))).status).toBe(422);
});

test('a range takes some of the transactions, with their numbers in the whole', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.acceptMany(three, { transactionRange: '2-3' });
  expect((await sandbox.get(`/batches/${batchId}/transactions`)).json.transactions).toMatchObject([
    { transactionNo: 2, correlationId: 'b' },
    { transactionNo: 3, correlationId: 'c' },
  ]);
  expect((await sandbox.get('/batches?correlationId=a')).json.results).toEqual([]);
  sandbox.advance(1000);
  expect((await sandbox.get(`/batches/${batchId}/documents/3/content`)).status).toBe(200);
});
