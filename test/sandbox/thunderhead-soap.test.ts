import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClientAsync, WSSecurity } from 'soap';
import { gatewayUser } from '#src/sandbox/thunderhead/job-server.ts';
import { openSandbox } from './sandbox.ts';

/** An independent SOAP client, which knows of the job server nothing but its WSDL. */
let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let client: Client;
beforeAll(async () => {
  sandbox = await openSandbox();
  client = await connect('PasswordText');
});
afterAll(() => sandbox?.close());

async function connect(passwordType: 'PasswordText' | 'PasswordDigest', password = gatewayUser.password) {
  const connected = await createClientAsync(`${sandbox.soapUrl}?wsdl`);
  connected.setSecurity(new WSSecurity(gatewayUser.username, password, { passwordType, mustUnderstand: true }));
  return connected;
}

/** What the operation answers, as the client reads it. */
async function call(operation: string, request: object, by = client): Promise<Record<string, unknown>> {
  const [result] = await (by[`${operation}Async`] as (request: object) => Promise<[Record<string, unknown>]>)(request);
  return result;
}

/** The fault that the operation answers with; this client reads all of a fault as text. */
async function faultOf(operation: string, request: object, by = client) {
  const error = await call(operation, request, by).then(
    () => new Error('no fault'),
    (error: Error & { response?: { status: number }; root?: { Envelope: { Body: { Fault: object } } } }) => error,
  );
  if (!('root' in error)) throw error;
  return { status: error.response?.status, fault: error.root?.Envelope.Body.Fault };
}

async function send(envelope: string): Promise<[number, string]> {
  const answer = await fetch(sandbox.soapUrl, { method: 'POST', body: envelope });
  return [answer.status, await answer.text()];
}

/** An envelope as the client has just sent it. */
async function digestRequest(): Promise<string> {
  const digest = await connect('PasswordDigest');
  await call('findBatches', { correlationID: 'nobody' }, digest);
  return digest.lastRequest as string;
}

const request = (changes: object = {}, xml = '<Letter>Kåre &amp; Ola</Letter>') => ({
  request: {
    ...{ batchConfigResID: 1709524441, batchName: 'OMS-1-1', projectID: 0, priority: 5 },
    ...{ transactionData: Buffer.from(xml).toString('base64'), transactionRange: '1' },
    properties: { property: [{ name: 'CorrelationID', value: 'soap-1' }] },
    ...changes,
  },
});

const many = (sandboxes: string[]) =>
  request(
    {
      jobType: 'BATCH',
      transactionRange: '',
      properties: { property: [{ name: 'CorrelationID', value: 'soap-many' }] },
    },
    `<Transactions>${sandboxes
      .map(
        (fault, index) =>
          `<Transaction correlationId="soap-${index}" name="many-${index}"><Properties><Property name="SANDBOX">${fault}</Property></Properties><Data><Letter/></Data></Transaction>`,
      )
      .join('')}</Transactions>`,
  );

test('the WSDL describes every operation', () => {
  expect(Object.keys(client.describe().JobService.JobPort).sort()).toEqual([
    ...['executePreview', 'findBatches', 'getBatchErrors', 'getBatchStatus', 'getBatchStatuses', 'getChannelDocument'],
    ...['getTransactionStatuses', 'stopBatch', 'submitBatch'],
  ]);
});

test('a batch from its submit to its document', async () => {
  const batchID = (await call('submitBatch', request())).return;
  expect(batchID).toEqual(expect.any(Number));
  sandbox.advance(1000);
  const outcome = (await call('getBatchStatus', { batchID })).return;
  expect(outcome).toMatchObject({
    ...{ BatchID: batchID, BatchName: 'OMS-1-1', CorrelationID: 'soap-1', Status: 'COMPLETED' },
    ...{ TransCount: 1, TransCompleted: 1, TransErrored: 0, TransStopped: 0, TransWorkflow: 0 },
    ...{ ChanJobsCreated: 1, ChanJobsCompleted: 1, ChanJobsErrored: 0, ChanJobsStopped: 0, ChanJobsWorkflow: 0 },
    StatusText: expect.any(String),
    TimeStamp: expect.any(Date),
  });
  expect(await call('findBatches', { correlationID: 'soap-1' })).toMatchObject({ return: [{ BatchID: batchID }] });
  expect(await call('getBatchStatuses', { batchID: [batchID, 7] })).toMatchObject({
    ...{ return: [{ BatchID: batchID }], notFound: [7] },
  });
  const document = (await call('getChannelDocument', { batchID, documentNo: 1 })).return as { content: string };
  expect(document).toMatchObject({ mimeType: 'application/pdf' });
  expect(Buffer.from(document.content, 'base64').toString('latin1')).toMatch(/^%PDF-/);
});

test('transactions, errors, and stopping', async () => {
  const batchID = (await call('submitBatch', many(['', 'error']))).return;
  sandbox.advance(1000);
  expect((await call('getTransactionStatuses', { batchID })).return).toEqual([
    { transactionNo: 1, status: 'COMPLETED', correlationID: 'soap-0', name: 'many-0' },
    { transactionNo: 2, status: 'ERRORED', correlationID: 'soap-1', name: 'many-1' },
  ]);
  expect((await call('getBatchErrors', { batchID })).return).toMatchObject([
    { msgID: 10234, msgType: 'E', transactionNo: 2, batchID, docID: 1, channelID: 1, args: ['customerName'] },
  ]);
  expect(await call('stopBatch', { batchID })).toEqual({ return: false });
  const running = (await call('submitBatch', request())).return;
  expect(await call('stopBatch', { batchID: running })).toEqual({ return: true });
});

test('a preview', async () => {
  const { content } = (await call('executePreview', request())).return as { content: string };
  expect(Buffer.from(content, 'base64').toString('latin1')).toMatch(/^%PDF-/);
});

test('SOAP knows no idempotency: each submit that is accepted is a new batch', async () => {
  const first = (await call('submitBatch', request())).return;
  expect((await call('submitBatch', request())).return).not.toBe(first);
});

test('a digest is as good as the password; each is good once', async () => {
  const digest = await connect('PasswordDigest');
  expect(await call('findBatches', { correlationID: 'nobody' }, digest)).toBeFalsy();
  const replayed = digest.lastRequest as string;
  expect(replayed).toContain('#PasswordDigest');
  expect(await send(replayed)).toEqual([500, expect.stringContaining('wsse:FailedAuthentication')]);
});

test.each(['PasswordText', 'PasswordDigest'] as const)('a wrong password is refused (%s)', async (type) => {
  const stranger = await connect(type, 'guess');
  const { status, fault } = await faultOf('findBatches', { correlationID: 'x' }, stranger);
  expect([status, fault]).toMatchObject([
    500,
    {
      faultcode: 'wsse:FailedAuthentication',
      detail: { JobAPIFault: { errorCode: 'TH-2501', retryable: 'false' } },
    },
  ]);
});

test('no token, one without a nonce, and one of a type that is not known are refused', async () => {
  const good = await digestRequest();
  for (const wrong of [
    good.replace(/<soap:Header>.*<\/soap:Header>/s, ''),
    good.replace(/<wsse:Nonce.*<\/wsse:Nonce>/s, ''),
    good.replace('#PasswordDigest', '#PasswordGuess'),
  ]) {
    expect(wrong).not.toBe(good);
    expect(await send(wrong)).toEqual([500, expect.stringContaining('wsse:FailedAuthentication')]);
  }
});

test.each([
  ['just made', 0, 200],
  ['four minutes old', -4, 200],
  ['six minutes old', -6, 500],
  ['six minutes ahead', 6, 500],
])('a digest that is %s', async (_, minutes, status) => {
  const nonce = randomBytes(16);
  const created = new Date(Date.now() + minutes * 60_000).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(gatewayUser.password).digest('base64');
  const signed = (await digestRequest())
    .replace(/(<wsse:Password [^>]*>)[^<]*/, `$1${digest}`)
    .replace(/(<wsse:Nonce [^>]*>)[^<]*/, `$1${nonce.toString('base64')}`)
    .replace(/(<\/wsse:Nonce>\s*<wsu:Created>)[^<]*/, `$1${created}`);
  expect((await send(signed))[0]).toBe(status);
});

test.each([
  ['submitBatch', request({ batchName: '' }), 'TH-1001'],
  ['submitBatch', request({}, '<a>'), 'TH-1002'],
  ['getBatchStatus', { batchID: 7 }, 'TH-1404'],
  ['getBatchStatuses', { batchID: Array.from({ length: 101 }, (_, index) => index) }, 'TH-1001'],
  ['getChannelDocument', { batchID: 7, documentNo: 1 }, 'TH-1404'],
])('%s: a Client fault with a JobAPIFault (%#)', async (operation, body, errorCode) => {
  const { status, fault } = await faultOf(operation, body);
  expect([status, fault]).toMatchObject([
    500,
    {
      ...{ faultcode: 'soapenv:Client', faultstring: expect.any(String) },
      detail: { JobAPIFault: { errorCode, message: expect.any(String), retryable: 'false' } },
    },
  ]);
});

test('a rejected batch names its transactions in the fault', async () => {
  const { fault } = await faultOf('submitBatch', many(['reject', '', 'reject']));
  expect(fault).toMatchObject({
    detail: { JobAPIFault: { errorCode: 'TH-1003', jobMessage: [{ transactionNo: '1' }, { transactionNo: '3' }] } },
  });
});

test('a Server fault accepts nothing, and may be tried again', async () => {
  const body = request({
    batchName: 'soap-server',
    properties: { property: [{ name: 'SANDBOX', value: 'server-error:1' }] },
  });
  const { fault } = await faultOf('submitBatch', body);
  expect(fault).toMatchObject({
    ...{ faultcode: 'soapenv:Server', detail: { JobAPIFault: { errorCode: 'TH-2500', retryable: 'true' } } },
  });
  expect((await call('submitBatch', body)).return).toEqual(expect.any(Number));
});

test.each([
  ['no XML', 'soon', 'soapenv:Client'],
  ['no envelope', '<a/>', 'soapenv:Client'],
  [
    'SOAP 1.2',
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><x/></e:Body></e:Envelope>',
    'soapenv:VersionMismatch',
  ],
])('%s is refused', async (_, body, faultcode) => {
  expect(await send(body)).toEqual([500, expect.stringContaining(`>${faultcode}</faultcode>`)]);
});

test('an operation that is not in the WSDL is refused', async () => {
  await call('findBatches', { correlationID: 'x' });
  const body = (client.lastRequest as string).replaceAll('findBatches', 'printTwice');
  expect(await send(body)).toEqual([500, expect.stringContaining('TH-1007')]);
});
