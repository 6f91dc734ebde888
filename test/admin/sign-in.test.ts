import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import type { Visitor } from './visitor.ts';

/** The sign-in page and the way out, over HTTP. */

const ops = { client: 'ops', secret: 'ops-secret' };

let house: Awaited<ReturnType<typeof openHouse>>;
let visitor: Visitor;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  visitor = house.visitor();
});
afterEach(() => house[Symbol.asyncDispose]());

const isIn = async (who = visitor) => (await who.call('queues')).status === 200;
const alert = (html: string) => /role="alert"[^>]*>([^<]*)</.exec(html)?.[1];

describe('the page', () => {
  test('loads nothing from elsewhere, runs no script, and is kept by nobody', async () => {
    const { status, text, headers } = await visitor.open('/admin/sign-in');
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script|style=|\son\w+=/);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'self';img-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // With `no-referrer` a browser would send `Origin: null` with the form.
    expect(headers.get('referrer-policy')).toBe('same-origin');
    for (const [file, type] of [
      ['style.css', 'text/css'],
      ['mark.svg', 'image/svg'],
      ['session-watch.js', 'text/javascript'],
    ]) {
      const answer = await visitor.open(`/admin/sign-in/${file}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type ?? '')]);
    }
  });

  test('has a label for every field, and tells password managers what is what', async () => {
    const { text } = await visitor.open('/admin/sign-in');
    const ids = [...text.matchAll(/<(?:input|textarea) id="(\w+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['client', 'secret', 'token']);
    for (const id of ids) expect(text).toContain(`<label for="${id}">`);
    expect(text).toMatch(/id="client"[^>]*autocomplete="username"[^>]*autofocus/s);
    expect(text).toMatch(/id="secret"[^>]*type="password"[^>]*autocomplete="current-password"/s);
  });
});

describe('who signs in', () => {
  test.each([
    ['with credentials', ops],
    ['with a token', { token: 'token-of-otto' }],
    ['with a pasted header', { token: ' Bearer token-of-otto\n' }],
  ])('%s comes to where they wanted to go', async (_, who) => {
    const answer = await visitor.submit('/admin/sign-in?to=%2Fadmin%2Fqueue%2FDocuments.poll%3Fstatus%3Dfailed', who);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/queue/Documents.poll?status=failed']);
    expect(await isIn()).toBe(true);
  });

  test.each<[string, Record<string, string>, number, RegExp]>([
    ['with a wrong secret', { client: 'ops', secret: 'guess' }, 401, /client or the secret is wrong/],
    ['as an unknown client', { client: 'nobody', secret: 'x' }, 401, /client or the secret is wrong/],
    ['as a client without oms.admin', { client: 'arcade', secret: 'arcade-secret' }, 403, /lacks the scope oms\.admin/],
    ['with a token that is none', { token: 'x' }, 401, /token is not valid/],
    ['with a token for reading only', { token: 'token-to-read' }, 403, /lacks the scope oms\.admin/],
    ['with nothing', {}, 400, /Fill in the client/],
    ['with both at once', { ...ops, token: 'token-of-otto' }, 400, /Fill in the client/],
    ['with a client that is too long', { client: 'o'.repeat(201), secret: 'x' }, 400, /Fill in the client/],
  ])('%s stays outside, and is told why in plain words', async (_, who, status, words) => {
    const answer = await visitor.submit('/admin/sign-in', who);
    expect(answer.status).toBe(status);
    expect(alert(answer.text)).toMatch(words);
    expect(/aria-invalid="true"/.test(answer.text)).toBe(status !== 403);
    expect(answer.cookies.has('oms-session')).toBe(false);
    expect(await isIn()).toBe(false);
  });

  test('finds the client as it was typed, and never the secret', async () => {
    const client = `"><script>alert(1)</script>'&`;
    const { text } = await visitor.submit('/admin/sign-in', { client, secret: 'not-to-be-seen' });
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;"');
    expect(text).not.toMatch(/<script|not-to-be-seen/);
    expect(JSON.stringify(house.log)).not.toMatch(/not-to-be-seen/);
  });

  test('is told that OIDM is away, and not that anything was wrong; no attempt is counted', async () => {
    house.gatekeeper.isAway = true;
    for (let attempt = 0; attempt < 25; attempt++) {
      const { status, headers, text } = await visitor.submit('/admin/sign-in', ops);
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect(alert(text)).toMatch(/OIDM cannot be reached/);
      expect(text).not.toMatch(/aria-invalid/);
    }
    house.gatekeeper.isAway = false;
    await visitor.signIn(ops);
  });

  test('is asked to wait after ten failures of a client, whoever guesses at it; a token still lets them in', async () => {
    const guess = (secret: string) => house.visitor().submit('/admin/sign-in', { client: 'ops', secret });
    const guesses = await Promise.all(Array.from({ length: 15 }, (_, number) => guess(`guess-${number}`)));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    const asked = house.gatekeeper.asked;
    const right = await guess('ops-secret');
    expect([right.status, house.gatekeeper.asked]).toEqual([429, asked]);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(alert(right.text)).toMatch(/Too many attempts/);
    await visitor.signIn({ token: 'token-of-otto' });
  });

  test('is asked to wait after twenty failures from an address, whatever is guessed there', async () => {
    for (let number = 0; number < 20; number++)
      expect((await visitor.submit('/admin/sign-in', { token: `guess-${number}` })).status).toBe(401);
    expect((await visitor.submit('/admin/sign-in', { token: 'token-of-otto' })).status).toBe(429);
    const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
    expect((await visitor.submit('/admin/sign-in', { token: 'token-of-otto' }, elsewhere)).status).toBe(303);
  });
});

describe('a form that is not ours signs nobody in', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['from another origin', {}, { origin: 'https://evil.example' }],
    ['from another site, as the browser says', {}, { 'sec-fetch-site': 'cross-site' }],
    ['without its token', { csrf: '' }, {}],
    ['with another token', { csrf: 'x'.repeat(43) }, {}],
    ['without the cookie that belongs to it', {}, { cookie: '' }],
    ['with the cookie of another visit', {}, { cookie: 'oms-visit=0199aa00-0000-7000-8000-000000000000' }],
  ])('%s', async (_, fields, headers) => {
    const answer = await visitor.submit('/admin/sign-in', { ...ops, ...fields }, headers);
    expect([answer.status, house.gatekeeper.asked]).toEqual([403, 0]);
    expect(alert(answer.text)).toMatch(/please try again/);
    expect(answer.cookies.has('oms-session')).toBe(false);
  });

  test('two tabs with the page are both good', async () => {
    const first = await visitor.open('/admin/sign-in');
    await visitor.open('/admin/sign-in');
    const csrf = /name="csrf" value="([^"]+)"/.exec(first.text)?.[1] ?? '';
    expect((await visitor.submit('/admin/sign-in', { ...ops, csrf })).status).toBe(303);
  });
});

describe('nobody is led away from the board', () => {
  test.each([
    'https://evil.example/admin',
    'https://evil.example/admin/queue/Documents.poll',
    '//evil.example/admin',
    '/\\evil.example/admin',
    '\\\\evil.example/admin',
    '/admin/../api/v1',
    '/admin/%2e%2e/api',
    '/admin\t/../..//evil.example',
    '/adminevil',
    'javascript:alert(1)',
    'data:text/html,x',
    '/admin@evil.example',
    'http://board.invalid@evil.example/admin',
    '/admin/sign-out',
    '/admin/api/queues',
    '\r\nSet-Cookie: a=b',
  ])('%j', async (to) => {
    const answer = await visitor.submit(`/admin/sign-in?to=${encodeURIComponent(to)}`, { ...ops, to });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin']);
    const again = await visitor.open(`/admin/sign-in?to=${encodeURIComponent(to)}`);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/admin']);
  });
});

describe('the end of a session', () => {
  test('comes after its minutes, however much it is used', async () => {
    await visitor.signIn(ops);
    house.clock.advance(29 * 60_000);
    expect(await isIn()).toBe(true);
    house.clock.advance(60_000);
    expect(await isIn()).toBe(false);
    const { headers } = await visitor.open('/admin/queue/Documents.poll');
    expect(headers.get('location')).toBe('/admin/sign-in?ended=&to=%2Fadmin%2Fqueue%2FDocuments.poll');
    expect((await visitor.open('/admin/sign-in?ended=')).text).toMatch(/role="status">Your session has ended/);
  });

  test('comes with the end of the token, when that is sooner', async () => {
    house.gatekeeper.tokenMs = 120_000;
    const { cookies } = await visitor.submit('/admin/sign-in', ops);
    expect(cookies.get('oms-session')?.maxAge).toBe(120);
    house.clock.advance(120_000);
    expect(await isIn()).toBe(false);
  });

  test('a token in the last seconds of its life opens none', async () => {
    house.gatekeeper.tokenMs = -5_000;
    expect((await visitor.submit('/admin/sign-in', ops)).status).toBe(401);
  });

  test('comes with signing out: the cookies go, and a copy of them is worth nothing here', async () => {
    await visitor.signIn(ops);
    const thief = house.visitor();
    for (const [name, value] of visitor.cookies) thief.cookies.set(name, value);
    expect(await isIn(thief)).toBe(true);
    const page = await visitor.open('/admin/sign-out');
    expect(page.text).toMatch(/Signed in as olga/);
    expect(page.text).toMatch(/Through the client ops\. The session ends by itself in 30 minutes/);
    const answer = await visitor.submit('/admin/sign-out');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/sign-in?left']);
    expect([visitor.cookies.has('oms-session'), visitor.cookies.has('XSRF-TOKEN')]).toEqual([false, false]);
    expect([await isIn(), await isIn(thief)]).toEqual([false, false]);
    expect((await visitor.open('/admin/sign-in?left')).text).toMatch(/You are signed out/);
  });

  test('is not brought about by another site, nor by following a link', async () => {
    await visitor.signIn(ops);
    expect((await visitor.submit('/admin/sign-out', {}, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await visitor.submit('/admin/sign-out', { csrf: 'x' })).status).toBe(403);
    await visitor.open('/admin/sign-out');
    expect(await isIn()).toBe(true);
  });

  test('comes when somebody signs in anew: nobody goes on in a session that was there before', async () => {
    await visitor.signIn(ops);
    const former = house.visitor();
    for (const [name, value] of visitor.cookies) former.cookies.set(name, value);
    const fresh = house.visitor();
    await fresh.open('/admin/sign-in');
    visitor.cookies.set('oms-visit', fresh.cookies.get('oms-visit') ?? '');
    const csrf = /name="csrf" value="([^"]+)"/.exec((await fresh.open('/admin/sign-in')).text)?.[1] ?? '';
    expect((await visitor.submit('/admin/sign-in', { ...ops, csrf, to: '' })).status).toBe(303);
    expect([await isIn(), await isIn(former)]).toEqual([true, false]);
  });
});

test('without a key of its own a process signs with a random one, and no other process takes its sessions', async () => {
  await using other = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  await visitor.signIn(ops);
  const elsewhere = other.visitor();
  for (const [name, value] of visitor.cookies) elsewhere.cookies.set(name, value);
  expect([await isIn(), await isIn(elsewhere)]).toEqual([true, false]);
});
