import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { openBackend } from '#src/sandbox/gateway/backend.ts';
import { envelope } from '#src/sandbox/soap/envelope.ts';

/** What the gateway makes of a backend that is not as it should be. */
async function ask(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/job`;
  const backend = openBackend({ url, user: { username: 'u', password: 'p' }, timeoutMs: 200 });
  try {
    return await backend.call('stopBatch', '<batchID>1</batchID>', { signal: new AbortController().signal });
  } catch (error) {
    return error;
  } finally {
    await backend.close();
    server.closeAllConnections();
    server.close();
  }
}

const fault = (code: string, detail: string) =>
  envelope(
    `<soapenv:Fault><faultcode>${code}</faultcode><faultstring>x</faultstring><detail>${detail}</detail></soapenv:Fault>`,
  );
const jobFault = (code: string) =>
  `<f:JobAPIFault xmlns:f="urn:oms-sandbox:thunderhead:job"><errorCode>${code}</errorCode><message>words &amp; more</message><retryable>true</retryable></f:JobAPIFault>`;

test('a good answer is good, whatever its prefixes', async () => {
  const text =
    '<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' +
    '<n:stopBatchResponse xmlns:n="urn:oms-sandbox:thunderhead:job"><return><![CDATA[true]]></return></n:stopBatchResponse></S:Body></S:Envelope>';
  expect(await ask((response) => response.end(text))).toMatchObject({
    ...{ name: 'stopBatchResponse', namespace: 'urn:oms-sandbox:thunderhead:job' },
    children: [{ name: 'return', text: 'true' }],
  });
});

test.each([
  ['nothing', ''],
  ['a page for people', '<html><body>Bad Gateway<br></body></html>'],
  ['an envelope that was cut off', envelope('<job:stopBatchResponse/>').slice(0, -20)],
  ['another version of SOAP', envelope('<x/>').replaceAll('schemas.xmlsoap.org/soap/envelope', 'www.w3.org/2003/05')],
  ['an empty body', envelope('')],
  ['the answer to something else', envelope('<job:getBatchStatusResponse/>')],
  ['a fault that is not the job server’s', fault('soapenv:Server', '<other/>')],
])('%s cannot be understood', async (_, text) => {
  expect(await ask((response) => response.end(text))).toMatchObject({
    kind: { status: 502, code: 'TH-2502', retryable: false },
  });
});

test.each([
  ['soapenv:Client', 'TH-1001', 422],
  ['S:Client', 'TH-1404', 404],
  ['soapenv:Client', 'TH-1411', 409],
  ['soapenv:Client', 'TH-1412', 410],
  ['soapenv:Client', 'TH-1413', 413],
  ['soapenv:Server', 'TH-2500', 502],
  ['wsse:FailedAuthentication', 'TH-2501', 502],
])('the fault %s with %s becomes %i, with its code and words', async (faultcode, code, status) => {
  const failure = await ask((response) => response.writeHead(500).end(fault(faultcode, jobFault(code))));
  expect(failure).toMatchObject({ kind: { status, code, faultcode, retryable: true }, message: 'words & more' });
});

test('silence, also in the middle of an answer, ends after the time-out', async () => {
  expect(await ask(() => undefined)).toMatchObject({ kind: { status: 504, code: 'TH-2504' } });
  expect(await ask((response) => response.write('<soap'))).toMatchObject({ kind: { status: 504, code: 'TH-2504' } });
});

test('a connection that breaks is told apart from one that was never there', async () => {
  expect(await ask((response) => response.socket?.resetAndDestroy())).toMatchObject({ name: 'ConnectionLost' });
});
