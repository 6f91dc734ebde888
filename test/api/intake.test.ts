import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { version as uuidVersion } from 'uuid';
import type { Signal } from '#processors/engine/signal.ts';
import { readDocumentRequest } from '#src/api/intake/document-request.ts';
import { openIntake } from '#src/api/intake/intake.ts';
import { invoice, newCorrelationId, offer } from '#test/support/documents.ts';
import { backends, type Oms, startOms } from '#test/support/oms.ts';
import { freshDatabase } from '#test/support/services.ts';

describe.each(backends)('intake, queues on %s', (backend) => {
  let oms: Oms;
  beforeAll(async () => {
    oms = await startOms({ backend });
  });
  afterAll(() => oms?.close());

  test('a request is taken in, and its links lead to it', async () => {
    const body = invoice();
    const { status, headers, json } = await oms.send(JSON.stringify(body));
    const self = `/api/v1/document-requests/${json.id}`;
    expect([status, headers.get('location')]).toEqual([202, self]);
    expect(json).toEqual({
      id: expect.any(String),
      status: 'QUEUED',
      links: {
        self,
        ...Object.fromEntries(
          'history batches events document cancel'.split(' ').map((name) => [name, `${self}/${name}`]),
        ),
      },
    });
    expect(uuidVersion(json.id as string)).toBe(7);
    const view = await oms.finished(json.id as string);
    const { documentContent: _, documentMetadata: __, ...fields } = body;
    expect(view).toMatchObject({
      ...fields,
      id: json.id,
      status: 'COMPLETED',
      priority: 0,
      notBefore: null,
      attempt: 1,
    });
    expect((await oms.fetch(`${self}/history`)).status).toBe(200);
    expect((await oms.fetch(`${self}/document`)).status).toBe(200);
  });

  test('requests that come together share inserts, and every one is made', async () => {
    const ids = await Promise.all(Array.from({ length: 300 }, (_, n) => oms.post(n % 2 ? invoice() : offer())));
    expect(new Set(ids).size).toBe(300);
    // Every row carries the number of the transaction that inserted it.
    const { rows } = await oms.pool.query(
      'select count(*)::int as rows, count(distinct xmin::text)::int as inserts from document_request where id = any($1)',
      [ids],
    );
    expect(rows[0].rows).toBe(300);
    expect(rows[0].inserts).toBeLessThan(200);
    const views = await Promise.all(ids.map((id) => oms.finished(id)));
    expect(new Set(views.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
    const { accepted, acceptedTwice } = await oms.sandbox.counts();
    expect([accepted, acceptedTwice]).toEqual([301, []]);
  });

  test('fifty clients post the same request at once: it is one request', async () => {
    const body = JSON.stringify(invoice());
    const answers = await Promise.all(Array.from({ length: 50 }, () => oms.send(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const [id, ...others] = new Set(answers.map(({ json }) => json.id as string));
    expect(others).toEqual([]);
    await oms.finished(id as string);
    expect(await oms.sandbox.accepted(id as string)).toHaveLength(1);
    // Who asks later is told how far it has come.
    expect((await oms.send(body)).json).toMatchObject({ id, status: 'COMPLETED' });
  });

  test('fifty different requests under one correlation id at once: one is taken, the others are told', async () => {
    const requestCorrelationId = newCorrelationId();
    const bodies = Array.from({ length: 50 }, (_, n) =>
      invoice({ requestCorrelationId, documentContent: { Invoice: { ID: n } } }),
    );
    const answers = await Promise.all(bodies.map((body) => oms.send(JSON.stringify(body))));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, ...Array(49).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 202);
    const { rows } = await oms.pool.query(
      'select id, content from document_request where request_correlation_id = $1',
      [requestCorrelationId],
    );
    expect(rows).toEqual([{ id: answers[winner]?.json.id, content: bodies[winner]?.documentContent }]);
  });

  test('of a field that is said twice, what was checked is what is stored', async () => {
    const arcade = JSON.stringify(invoice());
    const twice = (first: string, last: string) =>
      arcade.replace('"sourceSystem":"ARCADE"', `"sourceSystem":"${first}","sourceSystem":"${last}"`);
    const refused = await oms.as('arcade').send(twice('ARCADE', 'CIBT'));
    expect([refused.status, refused.json.code]).toEqual([403, 'OMS_SOURCE_FORBIDDEN']);
    const { status, json } = await oms.as('arcade').send(twice('CIBT', 'ARCADE'));
    expect([status, (await oms.get(json.id as string)).sourceSystem]).toEqual([202, 'ARCADE']);
  });

  test('for another one’s source nobody is answered differently because its correlation id exists', async () => {
    const taken = offer();
    await oms.post(taken);
    const answers = await Promise.all(
      [taken, { ...taken, priority: 1 }, offer()].map((body) => oms.as('arcade').send(JSON.stringify(body))),
    );
    expect(answers.map(({ status, json }) => [status, json.code])).toEqual(
      Array(3).fill([403, 'OMS_SOURCE_FORBIDDEN']),
    );
    expect(new Set(answers.map(({ bytes }) => bytes.toString())).size).toBe(1);
  });

  test('notBefore holds a document back, and not longer', async () => {
    const { rows } = await oms.pool.query(`select clock_timestamp() + interval '1.2 s' as "notBefore"`);
    const notBefore = (rows[0].notBefore as Date).toISOString();
    const [late, atOnce] = await Promise.all([oms.post(invoice({ notBefore })), oms.post(invoice())]);
    expect((await oms.finished(atOnce)).endedAt?.localeCompare(notBefore)).toBe(-1);
    expect(await oms.get(late)).toMatchObject({ status: 'QUEUED', notBefore });
    const { endedAt } = await oms.finished(late);
    const [received, validated] = await oms.history(late);
    expect(received?.at.localeCompare(notBefore)).toBe(-1);
    expect(validated?.at.localeCompare(notBefore)).toBe(1);
    expect(Date.parse(endedAt as string) - Date.parse(notBefore)).toBeLessThan(2_000);
  });
});

test('one that cannot be written down fails alone', async () => {
  await using opened = new AsyncDisposableStack();
  const pool = new Pool({ connectionString: await freshDatabase() });
  opened.defer(() => pool.end());
  const rung: Signal[] = [];
  const intake = openIntake({
    pool,
    clock: { now: () => new Date() },
    orchestration: { signal: async (signals) => rung.push(...signals) > 0 },
    pipeline: { name: 'document', firstStage: 'validate' },
  });
  // The API refuses NUL; whatever else PostgreSQL may refuse must not hurt the neighbours either.
  const requests = Array.from({ length: 40 }, (_, n) => readDocumentRequest(invoice({ priority: n % 10 })));
  (requests[17] as { documentName: string }).documentName = 'NUL\u0000';
  const results = await Promise.allSettled(requests.map((request) => intake.accept(request, 'arcade')));
  expect(results.map(({ status }) => status)).toEqual(requests.map((_, n) => (n === 17 ? 'rejected' : 'fulfilled')));
  const { rows } = await pool.query('select id from progress');
  const accepted = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
  expect(rows.map(({ id }) => id).sort()).toEqual(accepted.sort());
  expect(rung.flatMap(({ ids }) => ids).sort()).toEqual(accepted);
});
