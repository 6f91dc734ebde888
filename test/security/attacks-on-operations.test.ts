import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OpenApiDocument } from '#src/openapi/document.ts';
import { scopes } from '#src/security/caller.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

/** Every operation there is, as the API itself describes them: one that is added is attacked as well. */
let oms: Oms;
let operations: { method: string; path: string; security: string[] }[];
beforeAll(async () => {
  oms = await startOms({ roles: ['api', 'reference-data'] });
  const { paths } = (await oms.fetch('/openapi.json')).json as unknown as OpenApiDocument;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      ...{ method: method.toUpperCase(), path: path.replace('{id}', crypto.randomUUID()) },
      security: security.flatMap((one) => Object.values(one).flat()),
    })),
  );
  expect(operations.length).toBeGreaterThan(25);
});
afterAll(() => oms?.close());

test('none answers without a token, whatever headers claim that somebody has vouched', async () => {
  const headers = {
    ...{
      'x-auth-subject': 'ops',
      'x-auth-client': 'ops',
      'x-auth-domain': 'OMSDomain',
      'x-auth-expires': '4000000000',
    },
    ...{
      'x-auth-scopes': Object.keys(scopes).join(' '),
      'x-forwarded-for': '127.0.0.1',
      'x-http-method-override': 'GET',
    },
  };
  for (const { method, path } of operations) {
    const { status, json } = await oms.with(undefined).fetch(`/api/v1${path}`, { method, headers });
    expect([method, path, status, json.code]).toEqual([method, path, 401, 'OMS_TOKEN_MISSING']);
  }
});

test('each is for its scopes and no other', async () => {
  for (const scope of Object.keys(scopes)) {
    const client = oms.with(await oms.oidm.issue('arcade', { scope }));
    for (const { method, path, security } of operations.filter(({ security }) => !security.includes(scope))) {
      expect(security).not.toEqual([]);
      const { status, json } = await client.fetch(`/api/v1${path}`, { method });
      expect([scope, method, path, status, json.code]).toEqual([scope, method, path, 403, 'OMS_SCOPE_INSUFFICIENT']);
    }
  }
});
