import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { keysFrom } from '#admin/sign-in/keys.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import type { Visitor } from './visitor.ts';

/** Nobody comes to the board without `oms.admin`: what a stranger, another site and a thief can try, over HTTP. */

const sessionKey = 'a-key-that-is-longer-than-thirty-two-characters';
const ops = { client: 'ops', secret: 'ops-secret' };

let house: Awaited<ReturnType<typeof openHouse>>;
let visitor: Visitor;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl(), access: { sessionKey } });
  visitor = house.visitor();
});
afterEach(() => house[Symbol.asyncDispose]());

const origin = () => new URL(house.url).origin;
const retryAll = (headers: Record<string, string> = {}) =>
  visitor.call('queues/Documents.poll/retry/failed', { method: 'PUT', headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a stranger', () => {
  test.each(['/admin', '/admin/', '/admin/queue/Documents.poll?status=failed', '/admin/static/js/main.js', '/ADMIN/x'])(
    '%s leads to the sign-in page, and from there back',
    async (path) => {
      const { status, headers, text } = await visitor.open(path);
      expect({ status, text: text.includes('Bull') }).toEqual({ status: 303, text: false });
      const to = new URL(headers.get('location') ?? '', origin());
      expect([to.pathname, to.searchParams.get('to')]).toEqual(['/admin/sign-in', path]);
    },
  );

  test.each([
    ['GET', 'queues'],
    ['GET', 'queues/Documents.poll/0199aa00-0000-7000-8000-000000000000/logs'],
    ['PUT', 'queues/Documents.poll/retry/failed'],
    ['PUT', 'queues/Documents.poll/0199aa00-0000-7000-8000-000000000000/retry'],
    ['GET', 'no/such/route'],
  ])('%s /admin/api/%s is answered with 401 and nothing else, also when it would take HTML', async (method, path) => {
    for (const accept of ['application/json', 'text/html']) {
      const { status, headers, json } = await visitor.call(path, { method, headers: { accept } });
      expect({ status, code: json.code }).toEqual({ status: 401, code: 'OMS_SESSION_MISSING' });
      expect(headers.get('content-type')).toMatch('application/problem+json');
      expect(headers.get('www-authenticate')).toBe('Bearer realm="oms"');
    }
  });

  test('who follows a link of another site is brought here once more, by ourselves, so that the cookie comes along', async () => {
    const { status, headers, text } = await visitor.open('/admin/queue/Documents.poll?a=1&b="2"', {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(status).toBe(200);
    expect(text).toContain(
      '<meta http-equiv="refresh" content="0; url=/admin/queue/Documents.poll?a=1&amp;b=%222%22">',
    );
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  });
});

describe('the session ends while a form is filled in', () => {
  const id = '0199aa00-0000-7000-8000-000000000000';
  const sendForm = (path: string, headers: Record<string, string> = {}) =>
    visitor.open(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'reason=because',
    });
  const referer = (path: string) => ({ referer: origin() + path });

  test.each<[string, string, () => Record<string, string>, string]>([
    [
      'of the page',
      `/admin/requests/${id}/retrigger`,
      () => referer(`/admin/requests/${id}?notice=x`),
      `/admin/requests/${id}?notice=x`,
    ],
    ['without saying from where', `/admin/requests/${id}/retrigger`, () => ({}), `/admin/requests/${id}/retrigger`],
    [
      'from elsewhere',
      `/admin/requests/${id}/cancel?a=/b/c`,
      () => ({ referer: 'https://evil.example/admin/x' }),
      `/admin/requests/${id}/cancel?a=/b/c`,
    ],
    ['from outside the board', `/admin/requests/${id}/cancel`, () => referer('/api/v1'), '/admin'],
    ['from nonsense', '/admin/retriggers', () => ({ referer: 'nonsense' }), '/admin/retriggers'],
  ])('a form %s leads back to a page: %s', async (_, path, headers, page) => {
    const { status, headers: answered } = await sendForm(path, headers());
    const to = new URL(answered.get('location') ?? '', origin());
    expect([status, to.pathname, to.searchParams.get('to')]).toEqual([303, '/admin/sign-in', page]);
  });

  test('or the page is out of date: its link leads to the page', async () => {
    await visitor.signIn(ops);
    const from = referer(`/admin/requests/${id}`);
    const { status, text } = await sendForm(`/admin/requests/${id}/retrigger`, { origin: origin(), ...from });
    expect([status, /href="([^"]+)">Load it again/.exec(text)?.[1]]).toEqual([403, `/admin/requests/${id}`]);
  });

  test('and whoever is led to where a form was sent finds the page there', async () => {
    await visitor.signIn(ops);
    const { status, headers } = await visitor.open(`/admin/requests/${id}/retrigger`, {});
    expect([status, headers.get('location')]).toEqual([303, `/admin/requests/${id}`]);
  });
});

describe('a cookie', () => {
  const claims = { client: 'ops', scope: 'oms.admin' };
  const signed = (
    key: Uint8Array,
    changed: { scope?: string; audience?: string; typ?: string; expires?: Date } = {},
  ) => {
    const now = house.clock.now().getTime();
    return new SignJWT({ ...claims, scope: changed.scope ?? claims.scope })
      .setProtectedHeader({ alg: 'HS256', typ: changed.typ ?? 'oms-session+jwt' })
      .setJti('0199aa00-0000-7000-8000-000000000000')
      .setSubject('olga')
      .setIssuer('oms')
      .setAudience(changed.audience ?? 'oms-board')
      .setExpirationTime(changed.expires ?? new Date(now + 60_000))
      .sign(key);
  };
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const statusWith = async (cookie: string) =>
    (await visitor.call('queues', { headers: { cookie: `oms-session=${cookie}` } })).status;
  const ownKey = keysFrom(sessionKey).session;

  test('of the right make is taken: otherwise the refusals below would prove nothing', async () => {
    expect(await statusWith(await signed(ownKey))).toBe(200);
  });

  test.each<[string, () => string | Promise<string>]>([
    ['that is nonsense', () => 'nonsense'],
    ['that is empty', () => ''],
    ['signed with another key', () => signed(keysFrom('another key of thirty-two characters').session)],
    ['signed with the secret itself', () => signed(Buffer.from(sessionKey))],
    ['signed with the key for forms', () => signed(keysFrom(sessionKey).forgery)],
    [
      'with alg none',
      () =>
        `${base64({ alg: 'none', typ: 'oms-session+jwt' })}.${base64({
          ...claims,
          ...{ jti: 'x', sub: 'olga', iss: 'oms', aud: 'oms-board', exp: 4e9 },
        })}.`,
    ],
    ['that has expired', () => signed(ownKey, { expires: house.clock.now() })],
    ['without the scope', () => signed(ownKey, { scope: 'oms.read oms.administrator' })],
    ['for another audience', () => signed(ownKey, { audience: 'oms' })],
    ['of another type', () => signed(ownKey, { typ: 'JWT' })],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await signed(ownKey, { scope: 'oms.read' })).split('.');
        return `${header}.${base64({ ...claims, jti: 'x', sub: 'o', iss: 'oms', aud: 'oms-board', exp: 4e9 })}.${signature}`;
      },
    ],
  ])('%s lets nobody in', async (_, make) => {
    expect(await statusWith(await make())).toBe(401);
  });

  test('names who it is and when it ends, and holds no token', async () => {
    await visitor.signIn({ token: 'token-of-otto' });
    const [, payload = ''] = (visitor.cookies.get('oms-session') ?? '').split('.');
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const iat = house.clock.now().getTime() / 1_000;
    expect(said).toEqual({
      ...{ iss: 'oms', aud: 'oms-board', sub: 'otto', client: 'console', scope: 'oms.admin' },
      ...{ iat, exp: iat + 1_800, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  test('is for the board, for this site, and out of reach of scripts; over https it is Secure and says so in its name', async () => {
    const { cookies } = await visitor.submit('/admin/sign-in', ops);
    const shared = { path: '/admin', sameSite: 'strict', maxAge: 1_800 };
    expect(cookies.get('oms-session')).toMatchObject({ ...shared, httpOnly: true });
    expect(cookies.get('oms-session')?.secure).toBeFalsy();
    expect(cookies.get('XSRF-TOKEN')).toMatchObject(shared);
    const https = { 'x-forwarded-proto': 'https' };
    const token = /name="csrf" value="([^"]+)"/.exec((await house.visitor().open('/admin/sign-in')).text)?.[1];
    expect(token).toBeTruthy();
    const other = house.visitor();
    const page = await other.open('/admin/sign-in', { headers: https });
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const signedIn = await other.open('/admin/sign-in', {
      method: 'POST',
      headers: { ...https, origin: origin(), 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams({ ...ops, csrf })),
    });
    expect(signedIn.cookies.get('__Secure-oms-session')).toMatchObject({ ...shared, httpOnly: true, secure: true });
    expect(signedIn.cookies.get('XSRF-TOKEN')).toMatchObject({ ...shared, secure: true });
    const asPlain = { cookie: `oms-session=${other.cookies.get('__Secure-oms-session')}` };
    expect((await visitor.call('queues', { headers: { ...https, ...asPlain } })).status).toBe(401);
  });
});

describe('with a session, something is changed', () => {
  beforeEach(() => visitor.signIn(ops));

  test('by a call with its token, from a page of ours', async () => {
    expect((await retryAll()).status).toBe(200);
    expect((await retryAll({ 'sec-fetch-site': 'same-origin', origin: '' })).status).toBe(200);
  });

  test.each<[string, (token: string) => Record<string, string>]>([
    ['without the token', () => ({ 'x-xsrf-token': '' })],
    ['with a wrong token', (token) => ({ 'x-xsrf-token': `x${token.slice(1)}` })],
    ['with a token of our own making', () => ({ 'x-xsrf-token': createHmac('sha256', 'guess').digest('base64url') })],
    ['from another origin', () => ({ origin: 'https://evil.example' })],
    ['from no origin', () => ({ origin: 'null' })],
    ['without an origin', () => ({ origin: '' })],
    ['from another port of this host', () => ({ origin: 'http://127.0.0.1:1' })],
    ['from another site, as the browser says', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['from a neighbouring host, as the browser says', () => ({ 'sec-fetch-site': 'same-site' })],
  ])('never by one %s', async (_, headers) => {
    const { status, json } = await retryAll(headers(visitor.cookies.get('XSRF-TOKEN') ?? ''));
    expect({ status, code: json.code }).toEqual({ status: 403, code: 'OMS_REQUEST_FORGED' });
    // What Bull Board's page shows.
    expect(json).toMatchObject({ error: { key: 'ERRORS.FORBIDDEN' }, message: json.detail });
  });

  test('never with the token of another session', async () => {
    const other = house.visitor();
    await other.signIn(ops);
    expect((await retryAll({ 'x-xsrf-token': other.cookies.get('XSRF-TOKEN') ?? '' })).status).toBe(403);
  });
});

describe('a bearer token', () => {
  test('with oms.admin is enough for a script: no cookie, no origin, no token against forgery', async () => {
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    expect((await visitor.call('queues', { headers: bearer('token-of-otto') })).status).toBe(200);
    const { status } = await visitor.open(`/admin/api/queues/Documents.poll/${id}/retry`, {
      method: 'PUT',
      headers: { ...bearer('token-of-otto'), 'content-type': 'application/json' },
      body: '{}',
    });
    expect(status).toBe(204);
    expect(await lastActor(id)).toBe('otto');
  });

  test.each([
    ['without oms.admin', 'token-to-read', 403, 'OMS_SCOPE_INSUFFICIENT', /insufficient_scope.*oms\.admin/],
    ['that nobody vouches for', 'unknown', 401, 'OMS_TOKEN_INVALID', /invalid_token/],
  ])('%s is refused, even beside a good session', async (_, token, status, code, challenge) => {
    await visitor.signIn(ops);
    const answer = await visitor.call('queues', { headers: bearer(token) });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(answer.headers.get('www-authenticate')).toMatch(challenge);
  });

  test('cannot be judged while OIDM is away: 503, and when to come again', async () => {
    house.gatekeeper.isAway = true;
    const { status, headers, json } = await visitor.call('queues', { headers: bearer('token-of-otto') });
    expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'OMS_SECURITY_UNAVAILABLE', '5']);
  });

  test('opens no pages: those are for a session', async () => {
    expect((await visitor.open('/admin', { headers: bearer('token-of-otto') })).status).toBe(303);
  });
});

describe('the history names who it was', () => {
  test('one document, and all of a stage', async () => {
    const failed = await house.offer(3, { sandbox: 'error' });
    await house.runAll(failed);
    const [olga, otto] = [house.visitor(), house.visitor()];
    await olga.signIn(ops);
    await otto.signIn({ token: 'Bearer token-of-otto' });
    const [first = '', second = '', third = ''] = failed;
    expect((await olga.call(`queues/Documents.poll/${first}/retry`, { method: 'PUT' })).status).toBe(204);
    expect((await otto.call('queues/Documents.poll/retry/failed', { method: 'PUT' })).json.retried).toBe(2);
    expect([await lastActor(first), await lastActor(second), await lastActor(third)]).toEqual(['olga', 'otto', 'otto']);
  });

  test('the board shows who is signed in, and the way out', async () => {
    await visitor.signIn({ token: 'token-of-otto' });
    const { text, headers } = await visitor.open('/admin');
    expect(text).toContain('{"text":"Signed in as otto","url":"/admin/sign-out"}');
    expect(text).toContain('{"text":"Sign out","url":"/admin/sign-out"}');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

async function lastActor(id: string): Promise<string> {
  const { rows } = await house.pool.query('select actor from history where item_id = $1 order by id desc limit 1', [
    id,
  ]);
  return rows[0].actor;
}
