import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BulkStream, type LineAnswer, linesOf, openBulk } from '#test/api/bulk-stream.ts';
import { answerFiles } from '#test/support/answers-on-disk.ts';
import { clientOf } from '#test/support/client.ts';
import { invoice, type RequestBody } from '#test/support/documents.ts';
import { describeWithNginx, type Edge, startEdge } from '#test/support/nginx.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** Uploads of lines, on the whole way that they take in production. */
describeWithNginx('lines through the edge', () => {
  let oms: Oms;
  let edge: Edge;

  beforeAll(async () => {
    oms = await startOms({
      roles: ['api', 'security', 'reference-data'],
      environment: { AUTH_MODE: 'edge', TRUSTED_PROXIES: '127.0.0.1' },
    });
    edge = await startEdge({ api: oms.url, security: oms.url });
  });
  afterAll(async () => {
    await edge?.[Symbol.asyncDispose]();
    await oms?.close();
  });

  const open = async (headers?: Record<string, string>): Promise<BulkStream> =>
    openBulk(edge.url, await oms.token('arcade'), headers);
  const invoices = (count: number): RequestBody[] => Array.from({ length: count }, () => invoice());

  /** The ids of those that are on disk, in the order of the bodies. */
  const idsOf = async (bodies: readonly RequestBody[]): Promise<(string | undefined)[]> => {
    const { rows } = await oms.pool.query<{ id: string; key: string }>(
      'select id, request_correlation_id as key from document_request where request_correlation_id = any($1)',
      [bodies.map(({ requestCorrelationId }) => requestCorrelationId)],
    );
    const ids = new Map(rows.map(({ id, key }) => [key, id]));
    return bodies.map(({ requestCorrelationId }) => ids.get(requestCorrelationId));
  };
  const allTaken = (bodies: readonly RequestBody[]) =>
    eventually(async () => (await idsOf(bodies)).every(Boolean), { timeoutMs: 60_000, everyMs: 200 });

  const expectAllAnswered = async (answers: readonly LineAnswer[], bodies: readonly RequestBody[]) => {
    expect(answers.map(({ line }) => line)).toEqual(bodies.map((_, index) => index + 1));
    expect(answers.map(({ id }) => id)).toEqual(await idsOf(bodies));
  };

  test('twenty thousand are all answered, in their order', async () => {
    const bodies = invoices(20_000);
    const upload = Buffer.from(linesOf(...bodies));
    // More than other bodies may have, and it says so.
    expect(upload.length).toBeGreaterThan(10_485_760);
    const bulk = await open({ 'content-length': `${upload.length}` });
    bulk.send(upload);
    await expectAllAnswered(await bulk.end(), bodies);
    const { statusCode, headers } = await bulk.response;
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    await eventually(() => answerFiles() === 0);
  });

  test('so are those of a client that compresses them', async () => {
    const bodies = invoices(2_000);
    const bulk = await open({ 'content-encoding': 'gzip' });
    bulk.send(gzipSync(linesOf(...bodies)));
    await expectAllAnswered(await bulk.end(), bodies);
  });

  test('of an upload that is cut off in the middle, what was taken in stays, and no file of answers is left', async () => {
    const bodies = invoices(1_500);
    const bulk = await open();
    bulk.send(linesOf(...bodies.slice(0, 1_000)));
    await allTaken(bodies.slice(0, 1_000));
    expect(answerFiles()).toBe(1);
    bulk.cut();
    await eventually(() => answerFiles() === 0);

    const again = await open();
    again.send(linesOf(...bodies));
    const answers = await again.end();
    await expectAllAnswered(answers, bodies);
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(1_000);
  });

  test('a client that hangs up over its answers leaves no file either', async () => {
    const bulk = await open();
    // More than the sockets on the way hold.
    bulk.send('1\n'.repeat(60_000));
    bulk.end().catch(() => undefined);
    (await bulk.response).destroy();
    await eventually(() => answerFiles() === 0);
    expect(oms.log.filter(({ level }) => level !== 'warn')).toEqual([]);
  });

  test('a file of reference data is answered when all of it was read, and one that is too long is refused', async () => {
    const line = JSON.stringify({ collection: 'nothing-of-ours' });
    const send = (bytes: number) =>
      clientOf(edge.url, () => oms.token('ops')).fetch('/api/v1/reference-data/import?dryRun=true', {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${line}\n${' '.repeat(bytes)}\n${line}`,
      });
    const { status, json } = await send(9_000_000);
    expect([status, json.refused]).toEqual([200, 2]);
    expect((await send(50_000_000)).json.code).toBe('OMS_BODY_TOO_LARGE');
  });
});
