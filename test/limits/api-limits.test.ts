import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { Answer } from '#test/support/client.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const list = '/api/v1/document-requests';
const api = (environment: Record<string, string>) => startOms({ roles: ['api'], environment });

/** A POST whose body is on its way and does not come to its end. */
async function openUpload(oms: Oms, headers: Record<string, string | number>): Promise<ClientRequest> {
  const authorization = `Bearer ${await oms.token('arcade')}`;
  const upload = request(oms.url + list, {
    ...{ method: 'POST', headers: { authorization, 'content-type': 'application/json', ...headers } },
  });
  upload.on('error', () => undefined);
  upload.write('{');
  await once(upload, 'socket');
  return upload;
}

test('every answer says how the client stands; beyond its quota it is 429 and when to try again', async () => {
  await using oms = await api({ RATE_LIMIT_REQUESTS: '3', RATE_LIMIT_WINDOW_SECONDS: '3600' });
  for (const left of [2, 1, 0]) {
    const { status, headers } = await oms.as('ops').fetch(list);
    expect([status, headers.get('ratelimit-policy')]).toEqual([200, '"default";q=3;w=3600']);
    expect(headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${left};t=3[56]\\d\\d$`));
  }
  const { status, json, headers } = await oms.as('ops').fetch(list);
  expect([status, json.code, headers.get('ratelimit')]).toEqual([
    ...[429, 'OMS_RATE_LIMITED', expect.stringMatching(/^"default";r=0;t=\d+$/)],
  ]);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_500);
  expect((await oms.as('arcade').fetch(list)).status).toBe(200);
  expect((await oms.fetch('/health/ready', { headers: { authorization: 'none' } })).status).toBe(200);
});

test('an address that sends refused tokens one after the other is not listened to any more', async () => {
  await using oms = await api({ RATE_LIMIT_REFUSED_TOKENS: '3' });
  const stranger = oms.with('a.b.c');
  for (let attempt = 0; attempt < 3; attempt++) expect((await stranger.fetch(list)).status).toBe(401);
  const { status, json, headers } = await stranger.fetch(list);
  expect([status, json.code]).toEqual([429, 'OMS_RATE_LIMITED']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});

test('an address of ours is not counted: many clients stand behind it', async () => {
  await using oms = await api({ RATE_LIMIT_REFUSED_TOKENS: '1', TRUSTED_PROXIES: '127.0.0.1' });
  for (let attempt = 0; attempt < 3; attempt++) expect((await oms.with('a.b.c').fetch(list)).status).toBe(401);
  // What such an address says about a client behind it counts.
  const headers = { 'x-forwarded-for': '2001:db8::1' };
  const neighbour = { 'x-forwarded-for': '2001:db8:0:0:ffff::2' };
  expect((await oms.with('a.b.c').fetch(list, { headers })).status).toBe(401);
  expect((await oms.with('a.b.c').fetch(list, { headers: neighbour })).status).toBe(429);
  expect((await oms.with('a.b.c').fetch(list, { headers: { 'x-forwarded-for': '2001:db8:0:1::1' } })).status).toBe(401);
});

test('more requests than the process may have in hand: 503 before the body is read; probes are answered', async () => {
  await using oms = await api({ MAX_IN_FLIGHT_REQUESTS: '1' });
  const upload = await openUpload(oms, { 'content-length': 10 });
  const shed = await eventually(async () => {
    const answer = await oms.as('ops').fetch(list);
    return answer.status === 503 && answer;
  });
  expect([shed.json.code, shed.headers.get('retry-after')]).toEqual(['OMS_OVERLOADED', '1']);
  expect((await oms.fetch('/health/live')).status).toBe(200);
  upload.destroy();
  await eventually(async () => (await oms.as('ops').fetch(list)).status === 200);
});

test('more bytes than the process may have in hand: a body counts by what it says, and by the most when it says nothing', async () => {
  for (const headers of [
    { 'content-length': 10_485_760 },
    { 'transfer-encoding': 'chunked' },
    { 'content-encoding': 'gzip', 'content-length': 9 },
  ]) {
    await using oms = await api({ MAX_IN_FLIGHT_BYTES: '10485760' });
    const upload = await openUpload(oms, headers);
    await eventually(async () => (await oms.as('arcade').send('{}')).status === 503);
    // What has no body needs no room.
    expect((await oms.as('ops').fetch(list)).status).toBe(200);
    upload.destroy();
    await eventually(async () => (await oms.as('arcade').send('{}')).status === 400);
  }
});

test('streams do not take the room of work, and there are only so many', async () => {
  await using oms = await api({ MAX_IN_FLIGHT_REQUESTS: '1', MAX_STREAMS: '2', MAX_CLIENT_SHARE: '100' });
  const headers = { authorization: `Bearer ${await oms.token('ops')}`, accept: 'text/event-stream' };
  const follow = async () => {
    const closing = new AbortController();
    const response = await fetch(`${oms.url}/api/v1/status-events`, { headers, signal: closing.signal });
    return { status: response.status, close: () => closing.abort() };
  };
  const open = [await follow(), await follow()];
  expect(open.map(({ status }) => status)).toEqual([200, 200]);
  expect((await oms.as('ops').fetch(list)).status).toBe(200);
  expect((await follow()).status).toBe(503);
  for (const stream of open) stream.close();
  await eventually(async () => {
    const again = await follow();
    again.close();
    return again.status === 200;
  });
});

describe('a client that has its share in hand is told so with 429, and the others are served', () => {
  const beyond = [429, 'OMS_RATE_LIMITED', '1'];
  const refusal = ({ status, json, headers }: Answer) => [status, json.code, headers.get('retry-after')];

  test('of requests, and of bytes', async () => {
    for (const environment of [{ MAX_IN_FLIGHT_REQUESTS: '2' }, { MAX_IN_FLIGHT_BYTES: '10485760' }]) {
      await using oms = await api(environment);
      const upload = await openUpload(oms, { 'content-length': 5_242_880 });
      const shed = await eventually(async () => {
        const answer = await oms.as('arcade').send('{}');
        return answer.status !== 400 && answer;
      });
      expect(refusal(shed)).toEqual(beyond);
      expect((await oms.as('cibt').send('{}')).status).toBe(400);
      upload.destroy();
      await eventually(async () => (await oms.as('arcade').send('{}')).status === 400);
    }
  });

  test('of streams', async () => {
    await using oms = await api({ MAX_STREAMS: '2' });
    const follow = async (client: 'arcade' | 'cibt') => {
      const headers = { authorization: `Bearer ${await oms.token(client)}`, accept: 'text/event-stream' };
      return fetch(`${oms.url}/api/v1/status-events`, { headers });
    };
    const one = await follow('arcade');
    const another = await follow('arcade');
    expect([one.status, another.status, await another.json()]).toEqual([
      ...[200, 429, expect.objectContaining({ code: 'OMS_RATE_LIMITED' })],
    ]);
    const other = await follow('cibt');
    expect(other.status).toBe(200);
    await one.body?.cancel();
    const again = await eventually(async () => {
      const answer = await follow('arcade');
      return answer.status === 200 && answer;
    });
    for (const { body } of [again, other]) await body?.cancel();
  });
});
