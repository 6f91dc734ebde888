import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { invoice } from '#test/support/documents.ts';
import { type Link, linkTo } from '#test/support/link.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { freshDatabase } from '#test/support/services.ts';
import { linesOf, openBulk } from './bulk-stream.ts';

let link: Link;
let oms: Oms;
let pool: Pool;
beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  pool = new Pool({ connectionString: databaseUrl, max: 1 });
  link = await linkTo(databaseUrl);
  oms = await startOms({ roles: ['api'], environment: { DATABASE_URL: link.url } });
});
afterAll(async () => {
  await oms?.close();
  await pool?.end();
  await link?.[Symbol.asyncDispose]();
});

test('the database goes away: what was read is answered, the last line says how far that was, the rest may be sent again', async () => {
  const bulk = openBulk(oms.url, await oms.token('arcade'));
  const bodies = Array.from({ length: 10 }, () => invoice());
  bulk.send(linesOf(...bodies.slice(0, 2)));
  const answers = [await bulk.next(), await bulk.next()];
  link.cut();
  bulk.send(linesOf(...bodies.slice(2, 5)));
  for (let n = 0; n < 3; n++) answers.push(await bulk.next());
  expect(answers.map(({ line, status }) => [line, status])).toEqual([
    ...[1, 2].map((line) => [line, 202]),
    ...[3, 4, 5].map((line) => [line, 503]),
  ]);
  bulk.send(linesOf(...bodies.slice(5)));
  const [last, ...more] = await bulk.end();
  expect(more).toEqual([]);
  expect(last).toMatchObject({ line: null, status: 503, problem: { code: 'OMS_DATABASE_UNAVAILABLE' } });
  expect(last?.problem?.detail).toContain('as far as line 5');

  link.mend();
  const again = openBulk(oms.url, await oms.token('arcade'));
  again.send(linesOf(...bodies));
  const second = await again.end();
  expect(second.map(({ status, repeated }) => [status, repeated])).toEqual([
    ...Array(2).fill([202, true]),
    ...Array(8).fill([202, undefined]),
  ]);
  const { rows } = await pool.query('select count(*)::int as rows from document_request');
  expect(rows).toEqual([{ rows: 10 }]);
});

test('an array of which nothing could be taken in is answered with 503 as a whole', async () => {
  const body = JSON.stringify([invoice(), invoice()]);
  const post = () =>
    oms.as('arcade').fetch('/api/v1/document-requests/bulk', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'outage' },
      body,
    });
  link.cut();
  const answer = await post();
  expect([answer.status, answer.json.code]).toEqual([503, 'OMS_DATABASE_UNAVAILABLE']);
  link.mend();
  expect((await post()).json).toMatchObject({ accepted: 2, rejected: 0 });
});
