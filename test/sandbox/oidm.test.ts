import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { openOidm, requestToken, type TestOidm } from '#test/support/tokens.ts';

/** The contract of the OIDM sandbox (DOMAIN: section 3). */
let oidm: TestOidm;
beforeAll(async () => {
  oidm = await openOidm();
});
afterAll(async () => {
  await oidm?.[Symbol.asyncDispose]();
});
beforeEach(() => oidm.reset());

const arcade = { authorization: `Basic ${btoa('arcade:arcade-secret')}` };

async function call(path: string, init: RequestInit = {}) {
  const response = await fetch(oidm.url + path, init);
  return { status: response.status, headers: response.headers, json: (await response.json()) as Record<string, never> };
}

const ask = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  call('/oauth2/rest/token', { method: 'POST', headers, body: new URLSearchParams(form) });
const info = (token: string, headers: Record<string, string> = {}, path = '/oauth2/rest/token/info') =>
  call(path, { headers: { authorization: `Bearer ${token}`, ...headers } });
const grant = { grant_type: 'client_credentials' };

describe('tokens', () => {
  test('are given for client credentials, by Basic or in the form', async () => {
    const byBasic = await ask(grant, arcade);
    const byForm = await ask({ ...grant, client_id: 'arcade', client_secret: 'arcade-secret' });
    for (const { status, headers, json } of [byBasic, byForm]) {
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(json).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'oms.request',
      });
    }
  });

  test('are signed by a published key, and say for whom', async () => {
    const token = await requestToken(oidm.url, 'ops');
    const { json } = await call('/oauth2/rest/security');
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(json as never));
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
    expect(payload).toEqual({
      ...{ iss: `${oidm.url}/oauth2`, aud: 'oms', sub: 'ops', client: 'ops', domain: 'OMSDomain', roles: ['operator'] },
      ...{ scope: 'oms.read oms.reference oms.admin', jti: expect.any(String) },
      ...{ iat: expect.any(Number), exp: (payload.iat ?? 0) + 3_600 },
    });
    for (const secret of ['d', 'p', 'q']) expect(JSON.stringify(json)).not.toContain(`"${secret}":`);
  });

  test('may have fewer scopes than the client', async () => {
    const { json } = await ask({ ...grant, scope: 'oms.read' }, { authorization: `Basic ${btoa('ops:ops-secret')}` });
    expect(decodeJwt(json.access_token as unknown as string).scope).toBe('oms.read');
  });

  test.each<[string, Record<string, string>, Record<string, string>, number, string]>([
    ['another secret', grant, { authorization: `Basic ${btoa('arcade:cibt-secret')}` }, 401, 'invalid_client'],
    ['an unknown client', { ...grant, client_id: 'x', client_secret: 'y' }, {}, 401, 'invalid_client'],
    ['no credentials', grant, {}, 401, 'invalid_client'],
    [
      'credentials twice',
      { ...grant, client_id: 'arcade', client_secret: 'arcade-secret' },
      arcade,
      400,
      'invalid_request',
    ],
    ['another grant', { grant_type: 'password' }, arcade, 400, 'unsupported_grant_type'],
    ['no grant', {}, arcade, 400, 'unsupported_grant_type'],
    ['a scope of others', { ...grant, scope: 'oms.request oms.admin' }, arcade, 400, 'invalid_scope'],
    ['another domain', grant, { ...arcade, 'x-oauth-identity-domain-name': 'Other' }, 401, 'invalid_client'],
  ])('%s: refused as RFC 6749 says', async (_, form, headers, status, error) => {
    const answer = await ask(form, headers);
    expect([answer.status, answer.json]).toEqual([status, { error, error_description: expect.any(String) }]);
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
  });
});

describe('validation', () => {
  test.each(['/oauth2/rest/token/info', '/oauth2/rest/rest/token'])('%s says what is in the token', async (path) => {
    const token = await requestToken(oidm.url, 'arcade');
    const { roles: _, ...claims } = decodeJwt(token);
    for (const method of ['GET', 'POST']) {
      const { status, json } = await call(path, { method, headers: { authorization: `Bearer ${token}` } });
      expect([status, json]).toEqual([200, claims]);
    }
  });

  test('a bad, revoked or foreign token, or one in the query: 400', async () => {
    const token = await oidm.issue();
    const revoked = await oidm.issue();
    await oidm.revoke(revoked);
    for (const answer of [
      await info('nonsense'),
      await info(`${token}x`),
      await info(revoked),
      await info(await oidm.issue('arcade', { exp: 1 })),
      await info(token, { 'x-oauth-identity-domain-name': 'Other' }),
      await call(`/oauth2/rest/token/info?access_token=${token}`),
    ])
      expect([answer.status, answer.json]).toEqual([
        400,
        { errorCode: expect.any(String), errorDesc: expect.any(String), secErrorDesc: expect.any(String) },
      ]);
    expect((await info(token, { 'x-oauth-identity-domain-name': 'OMSDomain' })).status).toBe(200);
  });
});

describe('its control surface', () => {
  test('rotates the key; old tokens are good until their key is forgotten', async () => {
    const old = await oidm.issue();
    const published = async () => ((await call('/oauth2/rest/security')).json.keys as unknown as unknown[]).length;
    const before = await published();
    await oidm.rotate();
    const young = await oidm.issue();
    expect(decodeProtectedHeader(young).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect([await published(), (await info(old)).status, (await info(young)).status]).toEqual([before + 1, 200, 200]);
    await oidm.rotate(true);
    expect([await published(), (await info(old)).status, (await info(young)).status]).toEqual([1, 400, 400]);
  });

  test('issues whatever it is told, and counts calls, those during an outage too', async () => {
    const token = await oidm.issue('cibt', { scope: ['a', 'b'], iss: 'x', jti: null as never }, { typ: 'other' });
    expect(decodeJwt(token)).toMatchObject({ scope: ['a', 'b'], iss: 'x', client: 'cibt' });
    expect(decodeJwt(token)).not.toHaveProperty('jti');
    expect(decodeProtectedHeader(token).typ).toBe('other');
    await oidm.outage('unavailable');
    expect((await info(token)).status).toBe(503);
    await oidm.outage('hang');
    const waiting = fetch(`${oidm.url}/oauth2/rest/security`, { signal: AbortSignal.timeout(100) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await oidm.calls()).toEqual({ validate: 1, keys: 1 });
  });

  test('explains itself, and refuses what it does not know', async () => {
    const { json } = await call('/sandbox');
    expect(Object.keys(json.explained as unknown as object)).toContain('POST /sandbox/rotate');
    expect(JSON.stringify(json)).not.toContain('secret');
    for (const [dial, body] of [
      ['outage', '{"mode":"loud"}'],
      ['revoke', '{}'],
      ['issue', '{"client":"nobody"}'],
      ['rotate', '{'],
    ])
      expect((await call(`/sandbox/${dial}`, { method: 'POST', body: body as string })).status).toBe(400);
    expect((await call('/oauth2/rest/nothing')).status).toBe(404);
  });
});
