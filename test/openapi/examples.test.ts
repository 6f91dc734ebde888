import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OpenApiDocument } from '#src/openapi/document.ts';
import { type Oms, startOms } from '../support/oms.ts';

let oms: Oms;
let examples: Example[];

interface Example {
  name: string;
  method: string;
  path: string;
  type: string;
  value: unknown;
  scopes: string[];
}

beforeAll(async () => {
  oms = await startOms({ roles: ['api', 'reference-data'] });
  const document = (await oms.fetch('/openapi.json')).json as unknown as OpenApiDocument;
  examples = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, security }]) =>
      Object.entries(requestBody?.content ?? {}).flatMap(([type, { examples: ofType }]) =>
        Object.entries((ofType ?? {}) as Record<string, { value: unknown }>).map(([name, { value }]) => ({
          ...{ name, method, path, type, value },
          scopes: security.flatMap(({ oidm = [] }) => oidm),
        })),
      ),
    ),
  );
});
afterAll(() => oms.close());

test('every example of a request is answered with a success', async () => {
  expect(examples.length).toBeGreaterThan(3);
  const answers: string[] = [];
  /** What an example below `{id}` is about: the last thing that was made there. */
  const made = new Map<string, string>();
  for (const { name, method, path, type, value, scopes } of examples) {
    const client = oms.as(scopes.includes('oms.request') ? 'arcade' : 'ops');
    const above = path.split('/{id}')[0] ?? '';
    const address = `/api/v1${path.replace('{id}', made.get(above) ?? '')}`;
    const version = method === 'put' && (await client.fetch(address)).headers.get('etag');
    const { status, bytes, json } = await client.fetch(address, {
      method: method.toUpperCase(),
      headers: { 'content-type': type, ...(version && { 'if-match': version }) },
      body: typeof value === 'string' ? value : JSON.stringify(value),
    });
    answers.push(`${method} ${path} ${name}: ${status}${status >= 300 ? ` ${bytes}` : ''}`);
    if (typeof json?.id === 'string') made.set(path, json.id);
  }
  expect(answers.filter((answer) => !/: 2\d\d$/.test(answer))).toEqual([]);
});
