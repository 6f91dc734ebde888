import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { problems } from '#src/api/problem.ts';
import { describeWithNginx, type Edge, startEdge } from '#test/support/nginx.ts';
import { eventually } from '#test/support/services.ts';
import { open, sendRaw } from './raw.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** What nginx does by itself, between a scripted Security Service and a scripted API that remember what they see. */
describeWithNginx('the edge', () => {
  let security: Upstream;
  let api: Upstream;
  let edge: Edge;
  /** How long the pieces were in which a bulk body came. */
  const received: number[] = [];

  beforeAll(async () => {
    security = await startUpstream((request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      if (token === 'broken') return response.writeHead(500).end('a stack trace');
      if (token === 'unavailable') return response.writeHead(503, { 'retry-after': '7' }).end();
      if (token === 'foreign')
        return response.writeHead(403, { 'www-authenticate': 'Bearer realm="oms", error="insufficient_scope"' }).end();
      if (token === 'good') {
        const caller = {
          subject: 'arcade',
          client: 'arcade',
          domain: 'OMSDomain',
          scopes: 'oms.request',
          expires: '4102444800',
        };
        for (const [name, value] of Object.entries(caller)) response.setHeader(`x-auth-${name}`, value);
        return response.end();
      }
      const error = token ? ', error="invalid_token"' : '';
      return response.writeHead(401, { 'www-authenticate': `Bearer realm="oms"${error}` }).end('not shown');
    });
    api = await startUpstream(async (request, response) => {
      if (request.url?.endsWith('/own-500')) return response.writeHead(500).end('the API’s own');
      if (request.url?.includes('/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        return response.write('id: 1\n\n');
      }
      if (request.url?.endsWith('/bulk')) {
        for await (const chunk of request) received.push(chunk.length);
        return response.end(String(received.reduce((sum, length) => sum + length, 0)));
      }
      for await (const _ of request);
      return response.end('from the API');
    });
    edge = await startEdge({ api: api.url, security: security.url });
  });
  afterAll(async () => {
    await edge?.[Symbol.asyncDispose]();
    await api?.[Symbol.asyncDispose]();
    await security?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    api.seen.length = 0;
    security.seen.length = 0;
  });

  const call = (path: string, init?: RequestInit) => fetch(edge.url + path, init);
  const withToken = (token: string) => ({ authorization: `Bearer ${token}` });
  const requests = '/api/v1/document-requests';

  /** Like the API's own, code by code. */
  async function expectProblem(response: Response, code: keyof typeof problems): Promise<void> {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect({ httpStatus: response.status, ...((await response.json()) as object) }).toMatchObject({
      ...{ httpStatus: problems[code].status, code, ...problems[code], type: `urn:oms:problem:${code}` },
    });
  }

  test.each([
    ['no token', {}, 'OMS_TOKEN_MISSING', 'Bearer realm="oms"'],
    ['a bad token', withToken('bad'), 'OMS_TOKEN_INVALID', 'Bearer realm="oms", error="invalid_token"'],
    [
      'a token of another scope',
      withToken('foreign'),
      'OMS_SCOPE_INSUFFICIENT',
      'Bearer realm="oms", error="insufficient_scope"',
    ],
  ] as const)('%s: refused with the challenge, and the API sees nothing', async (_, headers, code, challenge) => {
    const response = await call(requests, { headers });
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    await expectProblem(response, code);
    expect(api.seen).toEqual([]);
  });

  test('a good token: the API learns who calls, and never sees the token', async () => {
    const response = await call(`${requests}?a=%2F&b=1`, {
      headers: { ...withToken('good'), 'idempotency-key': '"k"' },
    });
    expect([response.status, await response.text()]).toEqual([200, 'from the API']);
    const [{ headers, path }] = api.seen as [Upstream['seen'][0]];
    expect(path).toBe(`${requests}?a=%2F&b=1`);
    expect(headers.filter(([name]) => name.startsWith('x-auth-'))).toEqual([
      ['x-auth-subject', 'arcade'],
      ['x-auth-client', 'arcade'],
      ['x-auth-domain', 'OMSDomain'],
      ['x-auth-scopes', 'oms.request'],
      ['x-auth-expires', '4102444800'],
    ]);
    expect(headers).toContainEqual(['idempotency-key', '"k"']);
    expect(headers).toContainEqual(['x-forwarded-for', '127.0.0.1']);
    expect(JSON.stringify(headers)).not.toContain('good');
  });

  test.each(['unavailable', 'broken'])(
    'a Security Service that is %s lets nobody in: 503, and when to try again',
    async (token) => {
      const response = await call(requests, { headers: withToken(token) });
      expect(response.headers.get('retry-after')).toBe(token === 'unavailable' ? '7' : '5');
      await expectProblem(response, 'OMS_SECURITY_UNAVAILABLE');
      expect(api.seen).toEqual([]);
    },
  );

  test('an error of the API is the API’s own, not the edge’s', async () => {
    const response = await call('/api/v1/own-500', { headers: withToken('good') });
    expect([response.status, await response.text()]).toEqual([500, 'the API’s own']);
  });

  test('spoofed headers are dropped, however they are spelled', async () => {
    const spoofed = [
      ...['X-Auth-Subject: root', 'x-auth-client: root', 'X-AUTH-SCOPES: oms.admin', 'X-Auth-Roles: root'],
      ...['X-Auth-Thought-Of-Tomorrow: root', 'X_Auth_Subject: root', 'X-Auth_Client: root'],
      ...[
        'X-Auth-Client:\troot',
        'X-Forwarded-For: 6.6.6.6',
        'X-Forwarded-User: root',
        'X-Original-URL: /admin',
        'Forwarded: for=root',
      ],
    ];
    await sendRaw(
      edge.port,
      `GET ${requests} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\nAuthorization: Bearer good\r\n${spoofed.join('\r\n')}\r\n\r\n`,
    );
    const text = JSON.stringify(api.seen);
    expect(api.seen).toHaveLength(1);
    for (const lie of ['root', 'oms.admin', '6.6.6.6', '/admin']) expect(text).not.toContain(lie);
  });

  test.each([
    'Authorization: Bearer good\r\nAuthorization: Bearer bad',
    'Authorization: Bearer good\r\nX-Auth-Client : root',
    'Authorization: Bearer good\r\n X-Auth-Client: root',
  ])('two Authorization headers, a blank before a colon, a folded line are refused at the head: %j', async (lines) => {
    const answer = await sendRaw(edge.port, `GET ${requests} HTTP/1.1\r\nHost: oms\r\n${lines}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*OMS_HEAD_INVALID/);
    expect([...api.seen, ...security.seen]).toEqual([]);
  });

  test.each([
    '/internal/auth/verify',
    '/internal/auth/verify/',
    '/api/../internal/auth/verify',
    '/api/%2e%2e/internal/auth/verify',
    '/api/v1/..%2f..%2finternal/auth/verify',
    '//internal/auth/verify',
    '/edge/verify',
    '/docs/../internal/auth/verify',
    '/health/ready',
    '/metrics',
    '/',
    '/API/v1/document-requests',
  ])('%s leads nowhere', async (path) => {
    const head = `GET ${path} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\nAuthorization: Bearer good\r\n\r\n`;
    const answer = await sendRaw(edge.port, head);
    expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*OMS_ROUTE_NOT_FOUND/);
    expect([...api.seen, ...security.seen]).toEqual([]);
  });

  test.each([
    '/docs/../api/v1/x',
    '/docs/..%2Fapi/v1/x',
    '//api//v1/x',
    '/admin/%2e%2e/api/v1/x',
    '/openapi.json/../api/v1/x',
  ])('%s is no way around the token', async (path) => {
    const answer = await sendRaw(edge.port, `GET ${path} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(api.seen).toEqual([]);
  });

  test.each(['/openapi.json', '/docs', '/docs/swagger-ui.css', '/admin', '/admin/sign-in'])(
    '%s is open',
    async (path) => {
      const headers = { 'x-auth-client': 'root', 'x-auth-scopes': 'oms.admin', cookie: 'a=b' };
      expect((await call(path, { headers })).status).toBe(200);
      expect(JSON.stringify(api.seen)).not.toMatch(/x-auth|root/);
      expect(JSON.stringify(api.seen).includes('a=b')).toBe(path.startsWith('/admin'));
    },
  );

  test('the edge answers its own probe, whatever stands behind it', async () => {
    expect(await (await call('/health/live')).json()).toEqual({ live: true });
    expect(api.seen).toEqual([]);
  });

  test('a body of 10 MB passes; a byte more is refused before anybody is asked', async () => {
    const post = (bytes: number) =>
      call(requests, { method: 'POST', headers: withToken('good'), body: 'x'.repeat(bytes) });
    expect((await post(10_485_760)).status).toBe(200);
    security.seen.length = 0;
    await expectProblem(await post(10_485_761), 'OMS_BODY_TOO_LARGE');
    expect([api.seen.length, security.seen.length]).toEqual([1, 0]);
  });

  test('a body that does not say its length is cut off at 10 MB too', async () => {
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(Buffer.alloc(1 << 20, 'x')) });
    const post = { method: 'POST', headers: withToken('good'), body: endless, duplex: 'half' } as RequestInit;
    await expectProblem(await call(requests, post), 'OMS_BODY_TOO_LARGE');
    expect(api.seen).toEqual([]);
  });

  test('bulk lines reach the API as they are sent, and may be more than 10 MB', async () => {
    const upload = request(`${edge.url}${requests}/bulk`, { method: 'POST', headers: withToken('good') });
    upload.write('{"line":1}\n');
    await eventually(() => received.length === 1);
    for (let megabyte = 0; megabyte < 12; megabyte++) upload.write(Buffer.alloc(1 << 20, 'x'));
    upload.end();
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(String(Buffer.concat(await response.toArray()))).toBe(String((12 << 20) + 11));
  });

  test('an event arrives while its stream is still open', async () => {
    const response = await call(`${requests}/1/events`, { headers: withToken('good') });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('id: 1\n\n');
    await reader.cancel();
  });

  const post = (headers: string, body: string) =>
    sendRaw(
      edge.port,
      `POST ${requests} HTTP/1.1\r\nHost: oms\r\nAuthorization: Bearer good\r\n${headers}\r\n\r\n${body}`,
    );
  const hidden = 'GET /internal/auth/verify HTTP/1.1\r\nHost: oms\r\nConnection: close\r\n\r\n';

  test.each([
    ['a length and a coding', `Content-Length: 4\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`],
    ['two lengths', `Content-Length: 4\r\nContent-Length: 5`, `12345${hidden}`],
    ['two codings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', `0\r\n\r\n${hidden}`],
    ['an unknown coding', 'Transfer-Encoding: xchunked', `0\r\n\r\n${hidden}`],
    ['a length with a sign', 'Content-Length: +4', `1234${hidden}`],
    ['a chunk whose length is no number', 'Transfer-Encoding: chunked', `zz\r\nx\r\n0\r\n\r\n${hidden}`],
  ])('smuggling: %s is refused, and nothing gets through', async (_, headers, body) => {
    const answer = await post(headers, body);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|501) /);
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(api.seen).toEqual([]);
  });

  test('smuggling: a coding that hides behind a blank or an underscore is dropped, and the length holds', async () => {
    const answer = await post(
      'Content-Length: 4\r\nTransfer_Encoding: chunked\r\nConnection: close, X-Auth-Client',
      '1234',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const names = api.seen[0]?.headers.map(([name]) => name);
    expect(names?.filter((name) => /encoding|upgrade|^te$/.test(name))).toEqual([]);
    expect(api.seen).toHaveLength(1);
  });

  test('a request that asks to change the protocol is not passed on as one', async () => {
    const answer = await sendRaw(
      edge.port,
      `GET ${requests} HTTP/1.1\r\nHost: oms\r\nAuthorization: Bearer good\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(JSON.stringify(api.seen)).not.toMatch(/upgrade|h2c|http2/i);
  });

  test('a token of 1 MB is refused at the head', async () => {
    const answer = await sendRaw(
      edge.port,
      `GET ${requests} HTTP/1.1\r\nHost: oms\r\nAuthorization: Bearer ${'x'.repeat(1 << 20)}\r\n\r\n`,
    ).catch(() => 'reset');
    expect(answer).toMatch(/^reset$|^HTTP\/1\.1 400 [\s\S]*OMS_HEAD_INVALID/);
    expect(security.seen).toEqual([]);
  });

  test('a token is nowhere in what the edge writes', async () => {
    await call(`${requests}?token=secret-1`, { headers: withToken('secret-2') });
    await sendRaw(edge.port, `GET /x HTTP/1.1\r\nHost: o\r\nConnection: close\r\nX_Token: secret-3\r\n\r\n`);
    await eventually(() => edge.output().includes('"path":"/x"'));
    expect(edge.output()).not.toContain('secret');
  });

  test('fifty heads that do not come to an end keep nobody else waiting', async () => {
    const silent = await Promise.all(Array.from({ length: 50 }, () => open(edge.port)));
    for (const socket of silent) socket.write('GET / HT');
    expect((await call('/health/live')).status).toBe(200);
    for (const socket of silent) socket.destroy();
  });
});

describeWithNginx('the edge, when something behind it is gone', () => {
  test('nobody answers for the Security Service: 503 and Retry-After; for the API: the same, another code', async () => {
    await using api = await startUpstream((_, response) => response.end('from the API'));
    const gone = 'http://127.0.0.1:1';
    await using unguarded = await startEdge({ api: api.url, security: gone });
    const refused = await fetch(`${unguarded.url}/api/v1/document-requests`, {
      headers: { authorization: 'Bearer x' },
    });
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      ...[503, '5', expect.objectContaining({ code: 'OMS_SECURITY_UNAVAILABLE' })],
    ]);
    expect(api.seen).toEqual([]);

    await using lonely = await startEdge({ api: gone, security: api.url });
    const lost = await fetch(`${lonely.url}/api/v1/document-requests`, { headers: { authorization: 'Bearer x' } });
    expect([lost.status, lost.headers.get('retry-after'), await lost.json()]).toEqual([
      ...[503, '5', expect.objectContaining({ code: 'OMS_UNREACHABLE' })],
    ]);
  });

  test('a flood from one address is answered with 429 and Retry-After, before anybody is asked', async () => {
    await using security = await startUpstream((_, response) => response.writeHead(401).end());
    await using edge = await startEdge({ api: security.url, security: security.url, rate: '1r/m' });
    const answers = await Promise.all(
      Array.from({ length: 1_100 }, () =>
        fetch(`${edge.url}/api/v1/document-requests`).then((r) => r.arrayBuffer().then(() => r)),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(security.seen.length).toBe(answers.length - refused.length);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
  });
});
