import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Oms, startOms } from '#test/support/oms.ts';
import { type Visitor, visitorOf } from './visitor.ts';

/** The board in front of the real OIDM sandbox and the Security Service: who is vouched for, and who is not. */

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['admin'], environment: { OIDM_TIMEOUT_MS: '1000' } });
});
afterEach(() => oms.oidm.reset());
afterAll(() => oms.close());

const statusOf = async (who: Parameters<Visitor['signIn']>[0]) =>
  (await visitorOf(oms.url).submit('/admin/sign-in', who)).status;
const statusWith = async (token: string) =>
  (await visitorOf(oms.url).call('queues', { headers: { authorization: `Bearer ${token}` } })).status;

test('a client with oms.admin comes in with its secret; so does its token, pasted or sent by a script', async () => {
  const visitor = visitorOf(oms.url);
  await visitor.signIn({ client: 'ops', secret: 'ops-secret' });
  expect((await visitor.call('queues')).status).toBe(200);
  const token = await oms.token('ops');
  expect([await statusOf({ token }), await statusWith(token)]).toEqual([303, 200]);
});

test('the documents are shown stage by stage; callbacks behind them, and their queue in the engine room', async () => {
  const visitor = visitorOf(oms.url);
  await visitor.signIn({ client: 'ops', secret: 'ops-secret' });
  const { queues } = (await visitor.call('queues')).json as { queues: { name: string }[] };
  const shown = queues.map(({ name }) => name);
  expect(shown.slice(0, 4).every((name) => name.startsWith('Documents.'))).toBe(true);
  expect(shown.filter((name) => /callback/i.test(name))).toEqual(['Callbacks.deliver', 'Engine room.callback-deliver']);
});

test('a wrong secret, an unknown client, and clients and tokens without oms.admin stay outside', async () => {
  expect(await statusOf({ client: 'ops', secret: 'arcade-secret' })).toBe(401);
  expect(await statusOf({ client: 'nobody', secret: 'ops-secret' })).toBe(401);
  expect(await statusOf({ client: 'arcade', secret: 'arcade-secret' })).toBe(403);
  const toRead = await oms.oidm.issue('ops', { scope: 'oms.read' });
  expect([await statusOf({ token: toRead }), await statusWith(toRead)]).toEqual([403, 403]);
});

test('a token that OIDM has revoked, of another domain, or without a signature lets nobody in', async () => {
  const revoked = await oms.oidm.issue('ops');
  await oms.oidm.revoke(revoked);
  expect([await statusOf({ token: revoked }), await statusWith(revoked)]).toEqual([401, 401]);
  expect(await statusOf({ token: await oms.oidm.issue('ops', { domain: 'OtherDomain' }) })).toBe(403);
  const [, claims = ''] = (await oms.token('ops')).split('.');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
  expect([await statusOf({ token: unsigned }), await statusWith(unsigned)]).toEqual([401, 401]);
});

test('nothing that was typed or pasted reaches the log, and its process says once that sessions are its own', async () => {
  const token = await oms.oidm.issue('arcade');
  await statusOf({ token });
  await statusOf({ client: 'ops', secret: 'not-to-be-seen' });
  const log = JSON.stringify(oms.log);
  expect(oms.log).toContainEqual(
    expect.objectContaining({
      ...{ level: 'warn', msg: 'sign-in refused', client: 'ops', address: expect.any(String) },
      reason: 'The client or the secret is wrong.',
    }),
  );
  for (const hidden of [token, 'not-to-be-seen', 'ops-secret']) expect(log).not.toContain(hidden);
  expect(oms.log.filter(({ msg }) => /SESSION_KEY is not set/.test(msg))).toHaveLength(1);
});

test.each(['unavailable', 'hang'] as const)('while OIDM is away (%s) the page says so, with 503', async (mode) => {
  await oms.oidm.outage(mode);
  const visitor = visitorOf(oms.url);
  for (const who of [{ client: 'ops', secret: 'ops-secret' }, { token: await oms.oidm.issue('ops') }]) {
    const { status, text } = await visitor.submit('/admin/sign-in', who);
    expect(status).toBe(503);
    expect(text).toMatch(/OIDM cannot be reached at the moment/);
  }
});
