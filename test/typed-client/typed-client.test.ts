import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import createClient from 'openapi-fetch';
import { environment } from '#src/config.ts';
import { type Oms, startOms } from '../support/oms.ts';
import { eventually } from '../support/services.ts';
import type { paths } from './oms-api.ts';

/** A client that knows the served document and nothing else: its types are made from it. */
const typesFile = join(import.meta.dirname, 'oms-api.ts');

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api', 'worker', 'sweep', 'reference-data'] });
});
afterAll(() => oms.close());

async function typesOf(document: Uint8Array): Promise<string> {
  const generator = spawn(process.execPath, [join(import.meta.dirname, 'generate.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  generator.stdin.end(document);
  const [types] = await Promise.all([text(generator.stdout), once(generator, 'close')]);
  return types;
}

test('the types in this folder are those of the served document (UPDATE_TYPES=1 npm test -- test/typed-client)', async () => {
  const types = await typesOf((await oms.fetch('/openapi.json')).bytes);
  if (environment.UPDATE_TYPES) writeFileSync(typesFile, types);
  expect(readFileSync(typesFile, 'utf8')).toBe(types);
});

const clientOf = async (name: 'arcade' | 'ops') =>
  createClient<paths>({
    baseUrl: `${oms.url}/api/v1`,
    headers: { authorization: `Bearer ${await oms.oidm.token(name)}` },
  });

test('a typed client asks for a document, follows it, fetches it and finds it again', async () => {
  const client = await clientOf('arcade');
  const { data: accepted, error } = await client.POST('/document-requests', {
    body: {
      documentType: 'INVOICE',
      documentName: 'IVZRECPA',
      documentLanguage: 'nb-NO',
      sourceSystem: 'ARCADE',
      sourceEnvironment: 'TEST',
      requestCorrelationId: 'typed-client-1',
      documentMetadata: [{ key: 'CUSTOMER_ID', value: 'C-1' }],
      documentContent: { Invoice: { ID: 'F-1' } },
    },
  });
  expect(error).toBeUndefined();
  const id = accepted?.id as string;

  const finished = await eventually(async () => {
    const { data } = await client.GET('/document-requests/{id}', { params: { path: { id } } });
    return data?.status === 'COMPLETED' && data;
  });
  expect(finished.batch?.thunderheadBatchId).toEqual(expect.any(Number));

  const { data: document } = await client.GET('/document-requests/{id}/document', {
    params: { path: { id } },
    parseAs: 'arrayBuffer',
  });
  expect(
    Buffer.from(document as ArrayBuffer)
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');

  const { data: list } = await client.GET('/document-requests', {
    params: { query: { requestCorrelationId: 'typed-client-1' } },
  });
  expect(list?.items.map((item) => item.id)).toEqual([id]);

  const { data: history } = await client.GET('/document-requests/{id}/history', { params: { path: { id } } });
  expect(history?.items.at(-1)?.to).toBe('completed');
});

test('a typed client reads the code of a problem', async () => {
  const client = await clientOf('ops');
  const { data, error } = await client.GET('/document-requests/{id}', {
    params: { path: { id: '00000000-0000-7000-8000-000000000000' } },
  });
  expect(data).toBeUndefined();
  expect(error?.code).toBe('OMS_REQUEST_NOT_FOUND');
});
