import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { invoice, offer } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'] });
});
afterAll(() => oms?.close());

const address = '/api/v1/document-requests';

describe('without an edge, the API asks for the token itself', () => {
  test('no token, a bad one, or another system’s: nothing is read, and nothing is written', async () => {
    const before = await count();
    for (const [token, status, code] of [
      [undefined, 401, 'OMS_TOKEN_MISSING'],
      ['nonsense', 401, 'OMS_TOKEN_INVALID'],
      [await oms.oidm.issue('arcade', { aud: 'billing' }), 401, 'OMS_TOKEN_INVALID'],
      [await oms.oidm.issue('arcade', { domain: 'Elsewhere' }), 403, 'OMS_SCOPE_INSUFFICIENT'],
      [await oms.oidm.issue('arcade', { scope: 'oms.reference' }), 403, 'OMS_SCOPE_INSUFFICIENT'],
    ] as const) {
      const answer = await oms.with(token).send(JSON.stringify(invoice()));
      expect([answer.status, answer.json.code]).toEqual([status, code]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="oms"/);
      // Whether the body could be read is none of a stranger's business.
      expect((await oms.with(token).send('{"')).status).toBe(status);
    }
    expect(await count()).toBe(before);
  });

  test('two Authorization headers are one too many, whichever comes first', async () => {
    const good = `Bearer ${await oms.token('arcade')}`;
    for (const pair of [
      [good, 'Bearer nonsense'],
      ['Bearer nonsense', good],
      [good, good],
    ]) {
      const { statusCode, body } = await request(`${oms.url}${address}`, {
        method: 'POST',
        headers: [...pair.flatMap((value) => ['authorization', value]), 'content-type', 'application/json'],
        body: JSON.stringify(invoice()),
      });
      expect([statusCode, ((await body.json()) as { code: string }).code]).toEqual([401, 'OMS_TOKEN_INVALID']);
    }
  });

  test('a token of a megabyte ends its connection, and costs nobody else anything', async () => {
    const asked = await oms.oidm.calls();
    const { hostname, port } = new URL(oms.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(`GET ${address} HTTP/1.1\r\nHost: oms\r\nAuthorization: Bearer ${'a'.repeat(1_048_576)}\r\n\r\n`);
    expect(await text(socket).catch(() => '')).toMatch(/^(HTTP\/1.1 431 .*|$)/s);
    expect(await oms.oidm.calls()).toEqual(asked);
    expect((await oms.send(JSON.stringify(invoice()))).status).toBe(202);
  });

  test('while OIDM does not answer: 503, and a caller who is known is served', async () => {
    await using other = await startOms({ roles: ['api'] });
    const id = await other.post(invoice());
    const stranger = await other.oidm.issue('cibt');
    await other.oidm.outage('unavailable');
    const refused = await other.with(stranger).send(JSON.stringify(offer()));
    expect([refused.status, refused.json.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'OMS_SECURITY_UNAVAILABLE',
      '5',
    ]);
    expect((await other.as('arcade').get(id)).id).toBe(id);
  });
});

describe('a client', () => {
  test('asks for documents of its own source systems only', async () => {
    const before = await count();
    const { status, json } = await oms.as('cibt').send(JSON.stringify(invoice()));
    expect([status, json.code, json.errors?.[0]?.field]).toEqual([403, 'OMS_SOURCE_FORBIDDEN', 'sourceSystem']);
    expect(await count()).toBe(before);
    expect((await oms.as('cibt').send(JSON.stringify(offer()))).status).toBe(202);
  });

  test('finds another one’s request no more than one that is not there', async () => {
    const id = await oms.post(invoice());
    for (const path of ['', '/history', '/document']) {
      const foreign = await oms.as('cibt').fetch(`${address}/${id}${path}`);
      const nothing = await oms.as('cibt').fetch(`${address}/${crypto.randomUUID()}${path}`);
      expect([foreign.status, foreign.json.code]).toEqual([404, 'OMS_REQUEST_NOT_FOUND']);
      const told = ({ json }: typeof foreign) => ({ ...json, detail: json.detail?.replace(/[\da-f-]{36}/, '') });
      expect(told(foreign)).toEqual(told(nothing));
    }
    expect((await oms.as('arcade').get(id)).id).toBe(id);
    expect((await oms.as('ops').get(id)).id).toBe(id);
  });

  test('that has no reference row speaks for nobody', async () => {
    const unknown = await oms.oidm.issue('arcade', { client: 'unheard-of' });
    expect((await oms.with(unknown).send(JSON.stringify(invoice()))).json.code).toBe('OMS_SOURCE_FORBIDDEN');
  });

  test('is told which scope it would need', async () => {
    const { status, headers } = await oms.as('ops').send(JSON.stringify(invoice()));
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="oms", error="insufficient_scope", scope="oms.request"');
  });
});

const count = async (): Promise<number> =>
  (await oms.pool.query('select count(*)::int as count from document_request')).rows[0].count;
