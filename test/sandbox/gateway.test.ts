import { expect, test } from '@jest/globals';
import { eventually } from '#test/support/services.ts';
import { openOidm } from '#test/support/tokens.ts';
import { handover, openSandbox } from './sandbox.ts';

/** The gateway's policies, one by one. */
test('the same Idempotency-Key with the same body gets the first answer, word for word, and makes no second batch', async () => {
  await using sandbox = await openSandbox();
  const first = await sandbox.submit(handover());
  sandbox.advance(5000);
  const second = await sandbox.submit(handover());
  expect([second.status, second.text, second.headers.get('location')]).toEqual([
    ...[202, first.text],
    first.headers.get('location'),
  ]);
  expect(await sandbox.counts()).toMatchObject({ submitCalls: 2, accepted: 1, acceptedTwice: [] });
});

test('the same Idempotency-Key with another body is refused', async () => {
  await using sandbox = await openSandbox();
  await sandbox.submit(handover());
  const { status, json } = await sandbox.submit(handover('', { priority: 5 }));
  expect([status, json.error]).toMatchObject([409, { code: 'TH-1409', retryable: false }]);
});

test('the same Idempotency-Key is refused while the first call is under way', async () => {
  await using sandbox = await openSandbox();
  const first = sandbox.submit(handover('timeout'));
  const caught = first.catch(() => undefined);
  await eventually(async () => (await sandbox.counts()).accepted === (1 as never));
  const { status, json } = await sandbox.submit(handover('timeout'));
  expect([status, json.error]).toMatchObject([409, { code: 'TH-1414', retryable: true }]);
  await sandbox.close();
  await caught;
});

test('a refused submit leaves its Idempotency-Key free', async () => {
  await using sandbox = await openSandbox();
  expect((await sandbox.submit(handover('reject'))).status).toBe(422);
  expect((await sandbox.submit(handover())).status).toBe(202);
});

test('a caller who gives up leaves nothing behind: the blind resend under the same key is accepted a second time', async () => {
  await using sandbox = await openSandbox({ backendTimeoutMs: 600_000 });
  const body = JSON.stringify(handover('timeout'));
  const headers = { 'Idempotency-Key': 'key-1' };
  const gone = fetch(`${sandbox.url}/documents`, { method: 'POST', headers, body, signal: AbortSignal.timeout(200) });
  await expect(gone).rejects.toThrow(/timeout/);
  // The gateway may still be noticing that its caller has gone.
  await eventually(async () => (await sandbox.submit(handover('timeout'))).status === 202);
  expect(await sandbox.counts()).toMatchObject({ accepted: 2, acceptedTwice: ['request-1'] });
});

test.each([
  ['429', 429],
  ['503', 503],
  ['500', 500],
])('throttling in the dialect %s', async (dialect, expected) => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/throttle', { callsPerMinute: 12, burst: 2, dialect });
  const look = async () => sandbox.get('/batches?correlationId=x');
  expect([(await look()).status, (await look()).status]).toEqual([200, 200]);
  const { status, json, headers } = await look();
  expect([status, headers.get('retry-after'), json.error]).toMatchObject([
    ...[expected, '5'],
    { code: 'TH-2429', retryable: true },
  ]);
  sandbox.advance(4_999);
  expect((await sandbox.submit(handover())).status).toBe(expected);
  sandbox.advance(1);
  expect((await sandbox.submit(handover())).status).toBe(202);
  sandbox.advance(60_000);
  expect([(await look()).status, (await look()).status, (await look()).status]).toEqual([200, 200, expected]);
  expect(await sandbox.counts()).toMatchObject({ refusedByThrottle: 3, accepted: 1 });
  await sandbox.post('/sandbox/throttle', { callsPerMinute: null });
  for (const _ of [1, 2, 3]) expect((await look()).status).toBe(200);
});

test('the bucket holds a fifth of a minute’s calls unless told, and takes no nonsense', async () => {
  await using sandbox = await openSandbox();
  expect((await sandbox.post('/sandbox/throttle', { callsPerMinute: 100, dialect: 429 })).json).toEqual({
    ...{ callsPerMinute: 100, burst: 20, dialect: '429' },
  });
  for (const wrong of [{ callsPerMinute: 0 }, { callsPerMinute: 5, dialect: '418' }, { callsPerMinute: 5, burst: 0 }]) {
    expect((await sandbox.post('/sandbox/throttle', wrong)).status).toBe(422);
  }
});

test('the bearer must be of OIDM, for this audience, in time, and have the scope', async () => {
  await using oidm = await openOidm();
  await using sandbox = await openSandbox({ oidm: oidm.url });
  const call = async (token?: string) => {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const { status, json, headers: said } = await sandbox.get('/batches?correlationId=x', headers);
    return [status, json.error ? (json.error as { code: string }).code : null, said.get('www-authenticate')];
  };
  const scoped = { scope: 'oms.read thunderhead' };
  const good = await oidm.issue('arcade', scoped);
  expect(await call(good)).toEqual([200, null, null]);
  expect(await call(await oidm.issue('arcade', { scope: ['thunderhead'] as never }))).toEqual([200, null, null]);
  expect(await call()).toEqual([401, 'TH-1407', 'Bearer realm="thunderhead"']);
  const invalid = [401, 'TH-1407', 'Bearer realm="thunderhead", error="invalid_token"'];
  const past = Math.floor(Date.now() / 1000) - 60;
  for (const changes of [{ aud: 'other' }, { exp: past }, { exp: null as never }]) {
    expect(await call(await oidm.issue('arcade', { ...scoped, ...changes }))).toEqual(invalid);
  }
  expect(await call(`${good.slice(0, -8)}AAAAAAAA`)).toEqual(invalid);
  expect(await call('nonsense')).toEqual(invalid);
  expect(await call(await oidm.issue('arcade'))).toEqual([
    403,
    'TH-1403',
    expect.stringContaining('scope="thunderhead"'),
  ]);
  // Seen before, and still in time: OIDM is not asked again.
  await oidm.outage('unavailable');
  expect(await call(good)).toEqual([200, null, null]);
  expect(await sandbox.counts()).toMatchObject({ calls: { findBatches: 10 } });
});

test('the OMS has a ready client at OIDM, whose token opens the gateway', async () => {
  await using oidm = await openOidm();
  await using sandbox = await openSandbox({ oidm: oidm.url });
  const answer = await fetch(`${oidm.url}/oauth2/rest/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('oms:oms-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'thunderhead' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const { status } = await sandbox.get('/batches?correlationId=x', { authorization: `Bearer ${token}` });
  expect(status).toBe(200);
});

test('a new key of OIDM is fetched; while it cannot be had, the gateway says so', async () => {
  await using oidm = await openOidm();
  await using sandbox = await openSandbox({ oidm: oidm.url });
  await oidm.outage('unavailable');
  const headers = { authorization: `Bearer ${await oidm.issue('arcade', { scope: 'thunderhead' })}` };
  const look = () => sandbox.get('/batches?correlationId=x', headers);
  const { status, json } = await look();
  expect([status, json.error]).toMatchObject([503, { code: 'TH-2505', retryable: true }]);
  await oidm.outage('none');
  await eventually(async () => (await look()).status === 200);
});

test.each([
  ['unavailable', 503, 'TH-2503', true],
  ['refuse', 503, 'TH-2503', true],
  ['gateway-500', 500, 'TH-2510', true],
])(
  'outage %s: every call of the facade ends with %i, and nothing is accepted',
  async (mode, status, code, retryable) => {
    await using sandbox = await openSandbox();
    const batchId = await sandbox.accept(handover('', { correlationId: 'before' }));
    await sandbox.post('/sandbox/outage', { mode });
    for (const answer of [await sandbox.submit(handover(), 'key-2'), await sandbox.get(`/batches/${batchId}`)]) {
      expect([answer.status, answer.json.error]).toMatchObject([status, { code, retryable }]);
    }
    await sandbox.post('/sandbox/outage', { mode: 'none' });
    expect((await sandbox.get(`/batches/${batchId}`)).status).toBe(200);
    expect(await sandbox.counts()).toMatchObject({ accepted: 1 });
    expect((await sandbox.submit(handover(), 'key-2')).status).toBe(202);
  },
);

test('outage hang: silence; and no other mode is known', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/outage', { mode: 'hang' });
  const hanging = fetch(`${sandbox.url}/batches/1`, { signal: AbortSignal.timeout(200) });
  await expect(hanging).rejects.toThrow(/timeout/);
  expect((await sandbox.post('/sandbox/outage', { mode: 'fire' })).status).toBe(422);
  await sandbox.post('/sandbox/outage', { mode: 'none' });
  expect((await sandbox.get('/batches?correlationId=x')).status).toBe(200);
});

test('outage refuse: nobody listens at the job server’s port until it is over', async () => {
  await using sandbox = await openSandbox();
  const wsdl = async () => (await fetch(`${sandbox.soapUrl}?wsdl`)).status;
  expect(await wsdl()).toBe(200);
  await sandbox.post('/sandbox/outage', { mode: 'refuse' });
  await expect(wsdl()).rejects.toThrow();
  await sandbox.post('/sandbox/outage', { mode: 'refuse' });
  await sandbox.post('/sandbox/reset');
  expect(await wsdl()).toBe(200);
});

test('the job server’s clock may be wrong: its timestamps are, and nothing else', async () => {
  await using sandbox = await openSandbox();
  const batchId = await sandbox.accept(handover('error'));
  await sandbox.post('/sandbox/clock', { skewMs: -600_000 });
  sandbox.advance(1000);
  const report = (await sandbox.get(`/batches/${batchId}`)).json;
  expect(report).toMatchObject({ status: 'ERRORED', updatedAt: '2026-11-21T09:50:01.000Z' });
  const { errors } = (await sandbox.get(`/batches/${batchId}/errors`)).json;
  expect(errors).toMatchObject([{ msgDate: '2026-11-21T09:50:01.000Z' }]);
  expect((await sandbox.get('/sandbox/accepted')).json.accepted).toMatchObject([
    { acceptedAt: '2026-11-21T10:00:00.000Z' },
  ]);
  expect((await sandbox.post('/sandbox/clock', { skewMs: 'soon' })).status).toBe(422);
});

test('the control surface lists what can be turned, and how it stands', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post('/sandbox/clock', { skewMs: 5 });
  const { json } = await sandbox.get('/sandbox');
  expect(json).toMatchObject({
    dials: { outage: 'none', batchMs: 1000, skewMs: 5 },
    throttle: { callsPerMinute: null },
    rates: { timeout: 0 },
    outages: ['none', 'unavailable', 'hang', 'gateway-500', 'refuse'],
    faults: expect.arrayContaining(['malformed', 'client-fault', 'throttled-503:<n>']),
    accepted: 0,
  });
  const explained = Object.keys(json.explained as unknown as object).join();
  for (const path of ['counts', 'accepted', 'outage', 'throttle', 'faults', 'clock', 'batch-ms', 'reset']) {
    expect(explained).toContain(`/sandbox/${path}`);
  }
});
