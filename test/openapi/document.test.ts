import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { problems } from '#src/api/problem.ts';
import type { OpenApiDocument } from '#src/openapi/document.ts';
import { type Oms, startOms } from '../support/oms.ts';

let oms: Oms;
let document: OpenApiDocument;

beforeAll(async () => {
  oms = await startOms({ roles: ['api'] });
  document = (await oms.fetch('/openapi.json')).json as unknown as OpenApiDocument;
});
afterAll(() => oms.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('is OpenAPI 3.1, and Spectral has nothing to say against it', async () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [rulesets.oas as never] });
  const complaints = await linter.run(JSON.stringify(document));
  expect(complaints.map(({ code, path, message }) => `${path.join('/')}: ${code}: ${message}`)).toEqual([]);
});

test('every error code is listed with its meaning, and every code an operation names is one', () => {
  for (const [code, { title }] of Object.entries(problems))
    expect(document.components.schemas.Problem?.description).toContain(
      `| \`${code}\` | ${problems[code as keyof typeof problems].status} | ${title} |`,
    );
});

test('everything needs a token, and no operation is described without what it answers', () => {
  for (const { path, operation } of operations()) {
    expect([path, operation.security.length > 0]).toEqual([path, true]);
    const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    expect([path, good.length > 0]).toEqual([path, true]);
    for (const [, answer] of good)
      for (const content of Object.values('content' in answer ? (answer.content ?? {}) : {}))
        expect([path, Object.keys(content.schema)]).not.toEqual([path, ['type']]);
  }
});

describe('Swagger UI', () => {
  test('is served from here alone', async () => {
    const page = (await oms.fetch('/docs/')).bytes.toString();
    expect(page).toContain('swagger-ui');
    expect(page.match(/(?:src|href)="https?:/g)).toBeNull();
    const assets = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name]) => name as string);
    expect(assets.length).toBeGreaterThan(3);
    for (const name of assets) expect([name, (await oms.fetch(`/docs/${name}`)).status]).toEqual([name, 200]);
  });
});
