import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isPermit } from '#src/thunderhead/budget/call.ts';
import { invoice } from '#test/support/documents.ts';
import { linkTo } from '#test/support/link.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import type { Visitor } from './visitor.ts';

/** The calls to Thunderhead, as operators see and change them: by the page, and by scripts. */

const page = '/admin/thunderhead';
const ops = { client: 'ops', secret: 'ops-secret' };
const byOtto = { authorization: 'Bearer token-of-otto', 'content-type': 'application/json' };
const configured = { callsPerMinute: 600, callsInFlight: 16, batchSize: 50, batchLingerMs: 0 };
const wanted = { callsPerMinute: 90, callsInFlight: 3, batchSize: 20, batchLingerMs: 250 };
const typed = { callsPerMinute: '90', callsInFlight: ' 3 ', batchSize: '20', batchLingerMs: '250' };
const changed = 'the settings for the calls to Thunderhead were changed';

let house: Awaited<ReturnType<typeof openHouse>>;
let olga: Visitor;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  olga = house.visitor();
  await olga.signIn(ops);
});
afterEach(() => house[Symbol.asyncDispose]());

const put = (body: unknown, headers: Record<string, string> = byOtto) =>
  house.visitor().open('/admin/api/thunderhead', { method: 'PUT', headers, body: JSON.stringify(body) });
const view = async () => (await olga.call('thunderhead')).json;

/** What a person reads. */
const readable = (html: string) =>
  html
    .replaceAll(/<head>.*<\/head>|<[^>]*>/gs, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ([.,;])/g, '$1');
const shown = async (path = page) => readable((await olga.open(path)).text);

async function permitFor(source: string | null, weight = 1) {
  const answer = await house.budget.ask({ source, weight, urgent: false, fill: 1, returning: false });
  if (!isPermit(answer)) throw new Error(answer.reason);
  return answer;
}

/** What all processes share is there, and full: it begins nearly empty. */
async function quietMinutes(): Promise<void> {
  house.budget.finish(await permitFor(null), { kind: 'unused' });
  house.clock.advance(120_000);
}

/** The calls that were made for it went unanswered, so often that all are held back. */
async function loseThunderhead(): Promise<void> {
  await quietMinutes();
  for (let calls = 0; calls < 5; calls++)
    house.budget.finish(await permitFor('ARCADE'), { kind: 'unavailable', reason: 'connection refused' });
  await eventually(async () => (await house.budget.look()).breaker.state === 'open');
}

async function nothingChanged(): Promise<void> {
  expect(await view()).toMatchObject({ settings: configured, lastChange: null });
  expect(house.log.filter(({ message }) => message === changed)).toEqual([]);
}

describe('what is shown', () => {
  test('the settings as they are configured, what is used of them, and by whom', async () => {
    await quietMinutes();
    const call = await permitFor('ARCADE', 3);
    await permitFor('LIFE<b>');
    house.budget.finish(call, { kind: 'answered' });
    const use = await eventually(async () => {
      const { use } = await view();
      return use.inFlight === 1 && use;
    });
    expect(use).toMatchObject({
      ...{ grantedInLastMinute: 2, tokensLeft: 58, pausedUntil: null },
      breaker: { state: 'closed', until: null, reason: null, openedTimes: 0 },
      sources: [
        { source: 'ARCADE', weight: 3, grantedInLastMinute: 1, waitingCalls: 0 },
        { source: 'LIFE<b>', weight: 1, grantedInLastMinute: 1, waitingCalls: 0 },
      ],
    });
    expect((await view()).settings).toEqual(configured);
    const text = await shown();
    expect(text).toMatch(/Calls go out Breaker closed, never opened so far/);
    expect(text).toMatch(/Calls in the last minute 2 of 600 In flight now 1 of 16 Tokens left 58 calls, saved up/);
    expect(text).toMatch(/Calls waiting, about ARCADE 3 1 0 LIFE&lt;b&gt; 1 1 0 Settings/);
    expect(text).toMatch(/attribute weight of its reference row SOURCE_SYSTEM and is changed there/);
    expect(text).toMatch(/As configured: nobody has changed them here/);
    const { text: html } = await olga.open(page);
    for (const [name, value] of Object.entries(configured)) expect(html).toContain(`name="${name}" value="${value}"`);
  });

  test('that Thunderhead is being left alone, until when and why; and that it wants to be', async () => {
    await loseThunderhead();
    const until = (await house.budget.look()).breaker.until as Date;
    const time = until.toISOString().slice(11, 19);
    const text = await shown();
    expect(text).toContain(`Thunderhead is being left alone until ${time} UTC connection refused`);
    expect(text).toContain('Breaker open, opened once so far');
    expect((await view()).use.breaker).toMatchObject({ until: until.toISOString(), reason: 'connection refused' });
    house.clock.advance(until.getTime() - house.clock.now().getTime());
    expect(await shown()).toContain('left alone; the next call finds out whether it answers again');
    const probe = await permitFor(null);
    expect(await shown()).toContain('One call is finding out whether Thunderhead answers again connection refused');
    house.budget.finish(probe, { kind: 'throttled', afterMs: 90_000 });
    const pausedUntil = await eventually(async () => (await view()).use.pausedUntil ?? undefined);
    const pause = new Date(pausedUntil).toISOString().slice(11, 19);
    expect(await shown()).toContain(`Thunderhead&#39;s gateway wants no calls until ${pause} UTC`);
  });

  test('with no script and nothing from elsewhere, for nobody’s cache', async () => {
    const { text, headers } = await olga.open(page);
    expect(text).not.toMatch(/<script|style=|(src|href)="(https?:)?\/\//);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(headers.get('cache-control')).toBe('no-store');
    const style = await olga.open(`${page}/style.css`);
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    expect((await olga.open('/admin')).text).toContain('{"text":"Thunderhead","url":"/admin/thunderhead"}');
  });
});

test('while what all processes share is away the rest of the page is there, and the settings can be changed', async () => {
  await using link = await linkTo(redisUrl());
  await using other = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: link.url });
  const visitor = other.visitor();
  await visitor.signIn(ops);
  link.cut();
  await eventually(async () => {
    const { json } = await visitor.call('thunderhead');
    return json.use === undefined && expect(json).toEqual({ settings: configured, lastChange: null }) === undefined;
  });
  const { text } = await visitor.open(page);
  expect(text).toContain('How the calls to Thunderhead stand is not known at the moment');
  expect(text).toContain('name="callsPerMinute" value="600"');
  expect((await visitor.submit(page, typed)).status).toBe(303);
  expect((await visitor.open(page)).text).toContain('name="callsPerMinute" value="90"');
});

describe('a change', () => {
  test('by the form: known everywhere within two seconds, with who it was, and what it was before', async () => {
    const { status, headers } = await olga.submit(page, typed);
    expect([status, headers.get('location')]).toEqual([303, '/admin/thunderhead?saved']);
    const text = await shown(headers.get('location') ?? '');
    expect(text).toMatch(/Saved\. Every process goes by it within two seconds/);
    expect(text).toMatch(/Last changed by olga, \d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC\./);
    expect(await shown()).not.toContain('Saved.');
    const { settings, lastChange } = await view();
    expect({ settings, by: lastChange.by }).toEqual({ settings: wanted, by: 'olga' });
    expect((await house.budget.look()).settings).toMatchObject({ callsPerMinute: 90, callsInFlight: 3 });
    const elsewhere = await house.anotherProcess();
    expect(elsewhere.current()).toEqual(wanted);
    const about = { actor: 'olga', client: 'ops', before: configured, after: wanted };
    expect(house.log).toContainEqual({ about, message: changed });
  });

  test('by a script: the same change, and the same view for an answer', async () => {
    const elsewhere = await house.anotherProcess();
    expect(elsewhere.current()).toEqual(configured);
    await quietMinutes();
    const { status, json } = await put(wanted);
    expect(status).toBe(200);
    expect(json).toMatchObject({ settings: wanted, lastChange: { by: 'otto' }, use: { inFlight: 0 } });
    await eventually(() => elsewhere.current().callsPerMinute === 90, { timeoutMs: 2_000 });
    for (let calls = 0; calls < wanted.callsInFlight; calls++) await permitFor('ARCADE');
    await expect(permitFor('ARCADE')).rejects.toThrow('3 calls');
    const about = { actor: 'otto', client: 'console', before: configured, after: wanted };
    expect(house.log).toContainEqual({ about, message: changed });
  });

  test('that cannot be stored is said so, with what was typed', async () => {
    await house.pool.query('alter table setting rename to elsewhere');
    const { status, text } = await olga.submit(page, typed);
    expect(status).toBe(503);
    expect(readable(text)).toMatch(
      /Who changed them last is not known at the moment.*The settings could not be stored/,
    );
    expect(text).toContain('name="batchLingerMs" value="250"');
  });
});

describe('wrong values are named together, and nothing is changed', () => {
  test('in the form, which keeps what was typed', async () => {
    const wrong = { callsPerMinute: '"><b>many', callsInFlight: '0', batchSize: '2.5', batchLingerMs: '' };
    const { status, text } = await olga.submit(page, wrong);
    expect(status).toBe(400);
    expect(readable(text)).toContain(
      [
        'Nothing was changed: Calls a minute must be a number',
        'Calls in flight must be greater than or equal to 1',
        'Documents in one call must be an integer',
        'Linger must be a number',
      ].join(' '),
    );
    expect(text).toContain('name="callsPerMinute" value="&quot;&gt;&lt;b&gt;many"');
    expect(text).toContain('name="batchSize" value="2.5"');
    expect(text.match(/aria-describedby="\w+-hint problems" aria-invalid="true"/g)).toHaveLength(4);
    await nothingChanged();
  });

  test('in the body of a script', async () => {
    const { batchSize, ...rest } = wanted;
    const { status, json } = await put({ ...rest, callsPerMinute: 'many', callsInFlight: 2_000, callsPerHour: 1 });
    expect([status, json.code]).toEqual([400, 'OMS_BODY_INVALID']);
    expect(json.errors).toEqual([
      { field: 'callsPerMinute', message: 'callsPerMinute must be a number' },
      { field: 'callsInFlight', message: 'callsInFlight must be less than or equal to 1000' },
      { field: 'batchSize', message: 'batchSize is required' },
      { field: 'callsPerHour', message: 'callsPerHour is not allowed' },
    ]);
    for (const { message } of json.errors) expect(json.detail).toContain(message);
    await nothingChanged();
  });

  test.each([null, [wanted], 'many', 7])('when the body is %j', async (body) => {
    const { status, json } = await put(body);
    expect({ status, errors: json.errors }).toEqual({
      status: 400,
      errors: [{ field: '', message: 'the body must be of type object' }],
    });
    await nothingChanged();
  });
});

describe('nobody changes anything', () => {
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    olga.submit(page, { ...typed, ...fields }, headers);

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['without the token of the form', { csrf: '' }, {}],
    ['with a made-up token', { csrf: 'x'.repeat(43) }, {}],
    ['from another origin', {}, { origin: 'https://evil.example' }],
    ['from no origin', {}, { origin: '' }],
    ['from a neighbouring site, as the browser says', {}, { 'sec-fetch-site': 'same-site' }],
  ])('by a form %s; the answer is a page', async (_, fields, headers) => {
    const { status, text } = await form(fields, headers);
    expect(status).toBe(403);
    expect(readable(text)).toMatch(/Nothing was changed The page had been open for too long.* Load it again/);
    await nothingChanged();
  });

  test('with the token of another session', async () => {
    const other = house.visitor();
    await other.signIn(ops);
    expect((await form({ csrf: other.cookies.get('XSRF-TOKEN') ?? '' })).status).toBe(403);
    await nothingChanged();
  });

  test('without a session: the form leads to the sign-in, and a script is told', async () => {
    const csrf = olga.cookies.get('XSRF-TOKEN') ?? '';
    olga.cookies.clear();
    const { status, headers } = await form({ csrf });
    expect([status, headers.get('location')]).toEqual([303, '/admin/sign-in?to=%2Fadmin%2Fthunderhead']);
    const answers = [await put(wanted, {}), await put(wanted, { authorization: 'Bearer token-to-read' })];
    expect(answers.map(({ json }) => json.code)).toEqual(['OMS_SESSION_MISSING', 'OMS_SCOPE_INSUFFICIENT']);
    await olga.signIn(ops);
    await nothingChanged();
  });

  test('by the session of somebody else’s script: the API takes the token in a header only', async () => {
    const csrf = olga.cookies.get('XSRF-TOKEN') ?? '';
    const sent = await olga.open('/admin/api/thunderhead', {
      method: 'PUT',
      headers: { origin: new URL(house.url).origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams({ ...typed, csrf })),
    });
    expect([sent.status, sent.json.code]).toEqual([403, 'OMS_REQUEST_FORGED']);
    await nothingChanged();
    const ownPage = await olga.call('thunderhead', { method: 'PUT', body: wanted });
    expect(ownPage).toMatchObject({ status: 200, json: { lastChange: { by: 'olga' } } });
  });
});

describe('in the whole product', () => {
  test('a change holds for the calls that are made; a Thunderhead that is away is being left alone', async () => {
    await using oms = await startOms({ roles: ['api', 'worker', 'sweep', 'admin'], logLevel: 'trace' });
    const settings = { callsPerMinute: 100_000, callsInFlight: 7, batchSize: 1, batchLingerMs: 0 };
    const ask = async (init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${await oms.token('ops')}`, 'content-type': 'application/json' };
      return oms.fetch('/admin/api/thunderhead', { ...init, headers });
    };
    const answer = await ask({ method: 'PUT', body: JSON.stringify(settings) });
    expect(answer).toMatchObject({ status: 200, json: { settings, lastChange: { by: 'ops' } } });
    expect(oms.log).toContainEqual(expect.objectContaining({ level: 'info', msg: changed, after: settings }));
    expect(await ask({ method: 'PUT', body: '{"callsPerMinute":' })).toMatchObject({
      status: 400,
      json: { code: 'OMS_BODY_NOT_JSON' },
    });
    await oms.sandbox.turn('outage', { mode: 'unavailable' });
    for (let documents = 0; documents < 6; documents++) await oms.post(invoice());
    await eventually(async () => {
      const { json } = await ask();
      const { breaker } = json.use as { breaker: { state: string; reason: string } };
      return breaker.state === 'open' && breaker.reason !== '';
    });
    await oms.sandbox.turn('outage', { mode: 'none' });
  });
});
