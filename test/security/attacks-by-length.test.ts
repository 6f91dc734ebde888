import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { invoice } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** Strangers send what is long, in the hope that somebody goes over it again and again. */
let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api', 'reference-data'] });
});
afterAll(() => oms?.close());

const run = promisify(execFile);

/** In a process of its own: what goes over a megabyte for each of its characters would keep this one busy for hours. */
async function endsByItself(script: string): Promise<string> {
  const limits = { timeout: 30_000, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], limits);
  return stdout.trim();
}

test('a number with millions of digits is read once', async () => {
  const script = `import { parseJson } from '#src/api/intake/json.ts';
    const numbers = ['0.1' + '0'.repeat(5e6) + '1', '0.' + '0'.repeat(5e6), '1' + '0'.repeat(5e6) + '.5'];
    for (const number of numbers) parseJson(Buffer.from('[' + number + ']'));
    console.log('read');`;
  expect(await endsByItself(script)).toBe('read');
});

test('an address full of beginnings of tokens is written into the log once', async () => {
  const script = `import { openLog } from '#src/platform/log.ts';
    openLog('info').info({ url: '-eyJ'.repeat(5e5) });`;
  expect(await endsByItself(script)).toContain('-eyJ-eyJ');
});

test.each([
  ['nothing', '{},'],
  ['lists in lists', '[[]],'],
  ['digits', '1,'],
])('ten megabytes of %s are refused before they are made into values', async (_, piece) => {
  const crowd = `[${piece.repeat(Math.floor(10_400_000 / piece.length))}0]`;
  const body = JSON.stringify(invoice({ documentContent: { A: '@here' } })).replace('"@here"', crowd);
  for (const path of ['/api/v1/document-requests', '/api/v1/document-requests/bulk']) {
    const headers = { 'content-type': 'application/json' };
    const answer = await oms.as('arcade').fetch(path, { method: 'POST', body, headers });
    expect([answer.status, answer.json.code]).toEqual([413, 'OMS_BODY_TOO_LARGE']);
  }
});

test('a text may hold as many commas and brackets as it likes', async () => {
  const text = `${'[{,'.repeat(1_000_000)}"\\`.repeat(3);
  expect((await oms.send(JSON.stringify(invoice({ documentContent: { A: text } })))).status).toBe(202);
});

test('nesting without end is refused under an Idempotency-Key too', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const path of ['/api/v1/document-requests', '/api/v1/document-requests/bulk']) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'deep' };
    const answer = await oms.as('arcade').fetch(path, { method: 'POST', body: `[${deep}]`, headers });
    expect([answer.status, answer.json.code]).toEqual([400, 'OMS_BODY_TOO_DEEP']);
  }
});

test.each(['\n', '{}\n'])(
  'a file of reference data with millions of lines %j is refused before it is read',
  async (line) => {
    const body = line.repeat(Math.floor(10_400_000 / line.length));
    const headers = { 'content-type': 'application/x-ndjson' };
    for (const query of ['', '?dryRun=true']) {
      const answer = await oms
        .as('ops')
        .fetch(`/api/v1/reference-data/import${query}`, { method: 'POST', body, headers });
      expect([answer.status, answer.json.code]).toEqual([413, 'OMS_BODY_TOO_LARGE']);
    }
  },
);

test('bodies whose requests only wait count as long as they are in memory', async () => {
  const environment = { MAX_IN_FLIGHT_REQUESTS: '1', MAX_IN_FLIGHT_BYTES: '10485760', MAX_CLIENT_SHARE: '100' };
  await using narrow = await startOms({ roles: ['api'], environment });
  const large = () => JSON.stringify(invoice({ documentContent: { A: 'x'.repeat(6_000_000) } }));
  const json = { 'content-type': 'application/json' };
  const waiting = narrow.send(large(), { ...json, prefer: 'wait=30' });
  // There is room for a request again: the first one has been taken in, and waits.
  await eventually(async () => (await count(narrow)) === 1 && (await narrow.fetch(list)).status === 200);
  const { status, json: problem } = await narrow.send(large(), json);
  expect([status, problem.code]).toEqual([503, 'OMS_OVERLOADED']);
  expect((await narrow.send(JSON.stringify(invoice()), json)).status).toBe(202);
  await narrow.close();
  expect((await waiting).status).toBe(202);
});

const list = '/api/v1/document-requests';
const count = async ({ pool }: Oms): Promise<number> =>
  (await pool.query('select count(*)::int as count from document_request')).rows[0].count;
