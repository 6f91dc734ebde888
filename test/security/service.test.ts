import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { request } from 'undici';
import { type Oms, startOms } from '#test/support/oms.ts';

/** `GET /internal/auth/verify`, as the edge asks. */
let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['security'] });
});
afterAll(() => oms?.close());

const verify = (token: string | undefined, query = '') => oms.with(token).fetch(`/internal/auth/verify${query}`);

/** Header lines exactly as they are given. */
async function verifyRaw(lines: string[], query = '') {
  const { statusCode, headers, body } = await request(`${oms.url}/internal/auth/verify${query}`, { headers: lines });
  return { status: statusCode, headers, json: JSON.parse((await body.text()) || '{}') };
}

test('a good token passes, and the headers say whose it is', async () => {
  const token = await oms.token('ops');
  const { status, headers, bytes } = await verify(token);
  const said = Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-auth-')));
  expect([status, bytes.length, said]).toEqual([
    200,
    0,
    {
      'x-auth-subject': 'ops',
      'x-auth-client': 'ops',
      'x-auth-domain': 'OMSDomain',
      'x-auth-scopes': 'oms.read oms.reference oms.admin',
      'x-auth-roles': 'operator',
      'x-auth-expires': String(decodeJwt(token).exp),
    },
  ]);
});

test('an edge that caches may keep the answer for as long as we do, and not longer', async () => {
  const { headers } = await verify(await oms.oidm.issue());
  expect(headers.get('cache-control')).toBe('no-store');
  expect(Number(headers.get('x-accel-expires'))).toBeGreaterThan(50);
  expect(Number(headers.get('x-accel-expires'))).toBeLessThanOrEqual(60);
});

describe('is refused', () => {
  test('no token: 401, with the challenge alone', async () => {
    const { status, headers, json } = await verify(undefined);
    expect([status, json.code, headers.get('www-authenticate')]).toEqual([
      401,
      'OMS_TOKEN_MISSING',
      'Bearer realm="oms"',
    ]);
  });

  test.each([
    ['a token that is none', 'Bearer nonsense', 'OMS_TOKEN_INVALID'],
    ['nothing after Bearer', 'Bearer', 'OMS_TOKEN_INVALID'],
    ['two tokens', 'Bearer one two', 'OMS_TOKEN_INVALID'],
    ['another scheme', 'Basic YXJjYWRlOmFyY2FkZS1zZWNyZXQ=', 'OMS_TOKEN_MISSING'],
  ])('%s: 401', async (_, authorization, code) => {
    const { status, headers, json } = await verifyRaw(['authorization', authorization]);
    expect([status, json.code]).toEqual([401, code]);
    expect(headers['www-authenticate']).toBe(
      code === 'OMS_TOKEN_INVALID' ? 'Bearer realm="oms", error="invalid_token"' : 'Bearer realm="oms"',
    );
  });

  test('a good token in the address, or in another header', async () => {
    const token = await oms.token('ops');
    expect((await verify(undefined, `?access_token=${token}`)).status).not.toBe(200);
    expect((await verifyRaw(['x-authorization', `Bearer ${token}`])).status).toBe(401);
  });

  test('two Authorization headers, in either order, or one with a list', async () => {
    const good = `Bearer ${await oms.token('ops')}`;
    for (const lines of [
      ['authorization', good, 'authorization', good],
      ['authorization', good, 'Authorization', 'Bearer nonsense'],
      ['authorization', 'Basic eDp5', 'authorization', good],
      ['authorization', `${good}, ${good}`],
      ['authorization', `${good},Bearer nonsense`],
    ]) {
      const { status, json } = await verifyRaw(lines);
      expect([lines.length, status, json.code]).toEqual([
        lines.length,
        401,
        expect.stringMatching(/OMS_TOKEN_INVALID/),
      ]);
    }
  });

  test('a token of another domain or with none of our scopes: 403', async () => {
    for (const claims of [{ domain: 'Elsewhere' }, { scope: 'billing' }]) {
      const { status, headers, json } = await verify(await oms.oidm.issue('arcade', claims));
      expect([status, json.code]).toEqual([403, 'OMS_SCOPE_INSUFFICIENT']);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="oms", error="insufficient_scope"');
    }
  });
});

describe('a place of the edge may demand a scope', () => {
  test.each([
    ['?scope=oms.request', 200],
    ['?scope=oms.read,oms.request', 200],
    ['?scope=oms.admin', 403],
    ['?scope=oms', 403],
    ['?scope=', 400],
    ['?scope=oms.request&scope=oms.admin', 400],
    ['?scopes=oms.admin', 400],
    ['?scope=oms.request%20oms.admin', 400],
  ])('%s: %i for a token with oms.request', async (query, expected) => {
    const { status, headers } = await verify(await oms.token('arcade'), query);
    expect(status).toBe(expected);
    if (query === '?scope=oms.admin')
      expect(headers.get('www-authenticate')).toBe('Bearer realm="oms", error="insufficient_scope", scope="oms.admin"');
  });
});

test('no name in a token becomes a header of its own, or breaks the answer', async () => {
  const token = await oms.oidm.issue('arcade', {
    sub: 'Bjørn\r\nX-Auth-Scopes: oms.admin',
    client: '100% \u0000\ud800 客',
    roles: ['two words', 'a,b', 'plain'],
  });
  const { status, headers } = await verify(token);
  expect(status).toBe(200);
  expect(headers.get('x-auth-scopes')).toBe('oms.request');
  expect(headers.get('x-auth-subject')).toBe('Bj%C3%B8rn%0D%0AX-Auth-Scopes:%20oms.admin');
  expect(headers.get('x-auth-client')).toBe('100%25%20%00%EF%BF%BD%20%E5%AE%A2');
  expect(headers.get('x-auth-roles')).toBe('two%20words a,b plain');
});

test('the path and the names of the headers are configuration', async () => {
  await using other = await startOms({
    roles: ['security'],
    environment: { AUTH_VERIFY_PATH: '/who', AUTH_HEADER_PREFIX: 'X-Caller-' },
  });
  const answer = await other.with(await other.token('arcade')).fetch('/who');
  expect([answer.status, answer.headers.get('x-caller-client'), answer.headers.get('x-auth-client')]).toEqual([
    200,
    'arcade',
    null,
  ]);
  expect((await other.with(await other.token('arcade')).fetch('/internal/auth/verify')).status).toBe(404);
});

test('it answers GET, and only where the role is', async () => {
  const token = await oms.token('arcade');
  const post = await oms.with(token).fetch('/internal/auth/verify', { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  await using api = await startOms({ roles: ['api'] });
  expect((await api.with(await api.token('arcade')).fetch('/internal/auth/verify')).status).toBe(404);
});

test('while OIDM does not answer: 503, and when to come back', async () => {
  await using other = await startOms({ roles: ['security'], environment: { OIDM_TIMEOUT_MS: '500' } });
  const token = await other.token('arcade');
  for (const mode of ['unavailable', 'hang'] as const) {
    await other.oidm.outage(mode);
    const { status, headers, json } = await other.with(token).fetch('/internal/auth/verify');
    expect([mode, status, json.code, headers.get('retry-after')]).toEqual([mode, 503, 'OMS_SECURITY_UNAVAILABLE', '5']);
  }
});
