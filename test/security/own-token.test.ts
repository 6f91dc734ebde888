import { expect, test } from '@jest/globals';
import { ownToken } from '#src/security/own-token.ts';
import { openGate } from './gate.ts';

test('our own token is fetched once for all who want it, is good, and is renewed before it expires', async () => {
  await using gate = await openGate({ oidm: { tokenSeconds: 100 } });
  let now = Date.now();
  const token = ownToken({ oidm: gate.security.oidm, id: 'ops', secret: 'ops-secret', now: () => now });
  const tokens = await Promise.all(Array.from({ length: 20 }, token));
  expect(new Set(tokens).size).toBe(1);
  expect(await gate.verdict(tokens[0] as string)).toBe('valid');
  now += 89_000;
  expect(await token()).toBe(tokens[0]);
  now += 2_000;
  expect(await token()).not.toBe(tokens[0]);
  expect((await gate.oidm.calls()).token).toBe(2);
});

test('while OIDM does not answer it is said, and the next caller tries again', async () => {
  await using gate = await openGate();
  const token = ownToken({ oidm: gate.security.oidm, id: 'ops', secret: 'ops-secret' });
  await gate.oidm.outage('unavailable');
  await expect(token()).rejects.toMatchObject({ name: 'NoAnswer' });
  await gate.oidm.outage('none');
  expect(await gate.verdict(await token())).toBe('valid');
});

test('credentials that OIDM does not know are an operator’s matter, and are not repeated', async () => {
  await using gate = await openGate();
  const token = ownToken({ oidm: gate.security.oidm, id: 'ops', secret: 's3cret' });
  const refused = await token().catch((error: Error) => error);
  expect(refused).toMatchObject({ name: 'OwnClientRefused', message: expect.stringContaining('OIDM_CLIENT_SECRET') });
  expect(JSON.stringify(refused) + gate.log.join()).not.toContain('s3cret');
});

test('credentials with any characters arrive as they are', async () => {
  const odd = { id: 'ø:%+ &', secret: 'p+ä%20 :=&', domain: 'OMSDomain', scopes: ['oms.read'], roles: [] };
  await using gate = await openGate({ oidm: { clients: [odd] } });
  expect(await gate.security.oidm.issueToken(odd.id, odd.secret)).toMatchObject({ expiresInSeconds: 3_600 });
  expect(await gate.security.oidm.issueToken(odd.id, 'p+ä')).toBeUndefined();
});

test('one that was not taken is not shown again', async () => {
  await using gate = await openGate();
  const token = ownToken({ oidm: gate.security.oidm, id: 'ops', secret: 'ops-secret' });
  const first = await token();
  token.refused('another one');
  expect(await token()).toBe(first);
  token.refused(first);
  expect(await token()).not.toBe(first);
});
