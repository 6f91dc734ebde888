import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, clientOf } from '#test/support/client.ts';
import { invoice, offer } from '#test/support/documents.ts';
import { describeWithNginx, type Edge, startEdge } from '#test/support/nginx.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

/** nginx, the Security Service, OIDM's sandbox and the API as they stand in production: `AUTH_MODE=edge`. */
describeWithNginx('the front door', () => {
  let oms: Oms;
  let edge: Edge;
  let arcade: Client;

  beforeAll(async () => {
    oms = await startOms({
      roles: ['api', 'worker', 'sweep', 'security'],
      environment: { AUTH_MODE: 'edge', TRUSTED_PROXIES: '10.0.0.0/8,127.0.0.1' },
    });
    edge = await startEdge({ api: oms.url, security: oms.url });
    arcade = clientOf(edge.url, () => oms.token('arcade'));
  });
  afterAll(async () => {
    await edge?.[Symbol.asyncDispose]();
    await oms?.close();
  });

  const list = '/api/v1/document-requests';

  test('a client with its token gets its document through', async () => {
    const view = await arcade.through(invoice());
    expect(view.status).toBe('COMPLETED');
    expect((await arcade.fetch(`${list}/${view.id}/document`)).bytes.subarray(0, 4).toString()).toBe('%PDF');
  });

  test('and is held to its own source systems', async () => {
    const { status, json } = await arcade.send(JSON.stringify(offer()));
    expect([status, json.code]).toEqual([403, 'OMS_SOURCE_FORBIDDEN']);
  });

  test.each([
    ['no token', undefined, 'OMS_TOKEN_MISSING', 'Bearer realm="oms"'],
    ['a bad token', 'a.b.c', 'OMS_TOKEN_INVALID', 'Bearer realm="oms", error="invalid_token"'],
  ])('%s: 401 with a challenge', async (_, token, code, challenge) => {
    const { status, json, headers } = await clientOf(edge.url, async () => token).fetch(list);
    expect([status, json.code, headers.get('www-authenticate')]).toEqual([401, code, challenge]);
  });

  test('a token without the scope: 403 with the scope that is missing', async () => {
    const { status, json, headers } = await clientOf(edge.url, () => oms.token('ops')).send(JSON.stringify(invoice()));
    expect([status, json.code]).toEqual([403, 'OMS_SCOPE_INSUFFICIENT']);
    expect(headers.get('www-authenticate')).toContain('scope="oms.request"');
  });

  test('an event arrives through the edge while its stream is open', async () => {
    const id = await arcade.post(invoice());
    const headers = { authorization: `Bearer ${await oms.token('arcade')}`, accept: 'text/event-stream' };
    const response = await fetch(`${edge.url}${list}/${id}/events`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    let text = '';
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk);
      if (text.includes('COMPLETED')) break;
    }
    expect(text).toContain('COMPLETED');
  });

  test('past the edge, the same words from an address that is none of ours let nobody in', async () => {
    await using stranger = await startOms({ environment: { AUTH_MODE: 'edge', TRUSTED_PROXIES: '10.0.0.0/8' } });
    const spoofed = {
      ...{ 'x-auth-subject': 'ops', 'x-auth-client': 'ops', 'x-auth-domain': 'OMSDomain' },
      ...{ 'x-auth-scopes': 'oms.read oms.admin', 'x-auth-expires': '4102444800', 'x-forwarded-for': '10.0.0.1' },
    };
    const refused = await stranger.with(undefined).fetch(list, { headers: spoofed });
    expect([refused.status, refused.json.code]).toEqual([401, 'OMS_TOKEN_MISSING']);
    // From one of ours they are what they claim to be.
    expect((await oms.with(undefined).fetch(list, { headers: spoofed })).status).toBe(200);
  });

  test('a token of its own lets nobody past the edge either: there the edge’s word counts and nothing else', async () => {
    const { status, json } = await oms.as('ops').fetch(list);
    expect([status, json.code]).toEqual([401, 'OMS_TOKEN_MISSING']);
  });

  test('a Security Service that dies lets nobody in, and says when to try again', async () => {
    const service = await startOms({ roles: ['security'] });
    await using guarded = await startEdge({ api: oms.url, security: service.url });
    const client = clientOf(guarded.url, () => service.token('ops'));
    expect((await client.fetch(list)).status).toBe(200);
    await service.close();
    const { status, json, headers } = await clientOf(guarded.url, async () => 'a.b.c').fetch(list);
    expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'OMS_SECURITY_UNAVAILABLE', '5']);
  });
});
