import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invoice, metadata, newCorrelationId, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms();
});
afterAll(() => oms?.close());

const address = '/api/v1/document-requests';
const post = (body: object, prefer: string, signal: AbortSignal = AbortSignal.timeout(40_000)) =>
  oms.fetch(address, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', prefer },
    signal,
  });

describe('a client that prefers to wait', () => {
  test('until the end is answered the whole request', async () => {
    const { status, headers, json } = await post(invoice(), 'wait=30');
    expect([status, json.status]).toEqual([200, 'COMPLETED']);
    expect(headers.get('preference-applied')).toBe('wait=30');
    expect(headers.get('location')).toBe(`${address}/${json.id}`);
    expect(headers.get('content-location')).toBe(`${address}/${json.id}`);
    expect(json).toEqual((await oms.fetch(`${address}/${json.id}`)).json);
  });

  test('until it is validated is answered long before the end', async () => {
    const { status, headers, json } = await post(troubled('never'), 'wait=20, wait-for=validated');
    expect([status, json.status]).toEqual([200, 'PROCESSING']);
    expect(json.stage).not.toBe('validate');
    expect(headers.get('preference-applied')).toBe('wait=20, wait-for=validated');
  });

  test.each(['wait=20', 'wait=20, wait-for=validated'])('is told a rejection, with its reason: %s', async (prefer) => {
    const wrong = invoice({ documentMetadata: metadata({ CUSTOMER_ID: 'C-1', NO_SUCH_KEY: '1' }) });
    const { status, json } = await post(wrong, prefer);
    expect([status, json.status]).toEqual([200, 'REJECTED']);
    expect((json.errors as unknown as { code: string }[])[0]?.code).toBe('OMS_METADATA_KEY_UNKNOWN');
  });

  test('is answered 202 when the time is over, and how far it has come', async () => {
    const { status, headers, json } = await post(troubled('never'), 'wait=1');
    expect([status, json.status]).toEqual([202, 'PROCESSING']);
    expect(headers.get('preference-applied')).toBe('wait=1');
  });

  test('longer than we wait for anybody is told so', async () => {
    expect((await post(invoice(), 'wait=3600')).headers.get('preference-applied')).toBe('wait=30');
  });

  test('is answered at once for a request that has ended before', async () => {
    const body = invoice();
    const { id } = await oms.through(body);
    const { status, json } = await post(body, 'wait=30');
    expect([status, json.id, json.status]).toEqual([200, id, 'COMPLETED']);
  });

  test.each(['', 'wait', 'wait=soon', 'wait=-1', 'wait="1', 'return=minimal', 'wait-for=final', ';;=,'])(
    'but does not say so in the words of RFC 7240 is answered as usual: %j',
    async (prefer) => {
      const { status, headers, json } = await post(invoice(), prefer);
      expect([status, json.status]).toEqual([202, 'QUEUED']);
      expect(headers.has('preference-applied')).toBe(false);
    },
  );

  test('for something we do not know waits for the end', async () => {
    const { status, headers, json } = await post(invoice(), 'wait=20, wait-for=christmas');
    expect([status, json.status, headers.get('preference-applied')]).toEqual([200, 'COMPLETED', 'wait=20']);
  });

  test('may do so when it looks at a request, too', async () => {
    const id = await oms.post(invoice());
    const { status, json, headers } = await oms.fetch(`${address}/${id}`, { headers: { prefer: 'wait=20' } });
    expect([status, json.status, headers.get('preference-applied')]).toEqual([200, 'COMPLETED', 'wait=20']);
    const never = await oms.post(troubled('never'));
    const waited = await oms.fetch(`${address}/${never}`, { headers: { prefer: 'wait=1' } });
    expect([waited.status, waited.json.status]).toEqual([200, 'PROCESSING']);
  });

  test('and has as many beside it as it likes: three hundred wait together', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => post(invoice(), 'wait=30')));
    expect(answers.map(({ status, json }) => `${status} ${json.status}`)).toEqual(Array(300).fill('200 COMPLETED'));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(300);
  });
});

test('who hangs up does not wait any longer: its place is free, and its request is worked on', async () => {
  await using small = await startOms({ environment: { MAX_STREAMS: '1', ...eachAlone } });
  const send = (body: object, signal?: AbortSignal) =>
    small.fetch(address, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      ...(signal && { signal }),
    });
  const leaving = new AbortController();
  const correlationId = newCorrelationId();
  const left = send(troubled('never', { requestCorrelationId: correlationId }), leaving.signal).catch(() => 'left');
  await eventually(async () => (await small.pool.query('select from document_request')).rowCount === 1);
  // There is no place to wait in any more: it is taken in all the same.
  await eventually(async () => {
    const { status, headers } = await send(invoice());
    return status === 202 && !headers.has('preference-applied');
  });
  leaving.abort();
  expect(await left).toBe('left');
  await eventually(async () => (await send(invoice())).status === 200);
});

test('who waits when the process stops is answered at once', async () => {
  const small = await startOms();
  const waiting = small.fetch(address, {
    method: 'POST',
    body: JSON.stringify(troubled('never')),
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
  });
  await eventually(async () => (await small.pool.query("select from progress where stage = 'poll'")).rowCount === 1);
  await small.close();
  const { status, json } = await waiting;
  expect([status, json.status]).toEqual([202, 'PROCESSING']);
});
