import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validate as isUuid, version as uuidVersion } from 'uuid';
import { gapsIn } from '#test/support/client.ts';
import { invoice, offer, type RequestBody } from '#test/support/documents.ts';
import { backends, type Oms, startOms } from '#test/support/oms.ts';

/** Every document the reference data knows, and the topic of its family. */
const known: [name: string, body: () => RequestBody, topic: string][] = [
  ['IVZRECPA', () => invoice(), 'oms.invoice-documents'],
  ['IVBRKCOM', () => invoice({ documentName: 'IVBRKCOM' }), 'oms.invoice-documents'],
  ['IVCLFCAP', () => invoice({ documentName: 'IVCLFCAP' }), 'oms.invoice-documents'],
  ['POSHOOFF', () => offer(), 'oms.offer-documents'],
];

describe.each(backends)('the document pipeline, queues on %s', (backend) => {
  let oms: Oms;
  beforeAll(async () => {
    oms = await startOms({ backend });
  });
  afterAll(() => oms?.close());

  test.each(known)('%s goes in, and a document and its event come out', async (documentName, body, topic) => {
    const request = body();
    const view = await oms.through(request);
    const { id } = view;
    expect(view).toMatchObject({ status: 'COMPLETED', stage: 'publish', documentName, attempt: 1, errors: [] });

    const [accepted, ...others] = await oms.sandbox.accepted(id);
    expect(others).toEqual([]);
    expect(accepted).toMatchObject({ batchName: `OMS-${id}-1`, idempotencyKey: `OMS-${id}-1`, status: 'COMPLETED' });
    expect(view.batch).toEqual({
      id: expect.any(String),
      thunderheadBatchId: accepted?.batchId,
      name: `OMS-${id}-1`,
      transactionNo: 1,
      transactionCount: 1,
      status: 'COMPLETED',
      dmsDocumentId: expect.any(Number),
    });

    const [event, ...more] = await oms.events(id);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'com.oms.document.status.final.v1', subject: id, topic });
    expect([isUuid(event?.id), uuidVersion(event?.id as string)]).toEqual([true, 5]);
    const { dmsDocumentId, id: batchId, thunderheadBatchId, name } = view.batch as NonNullable<typeof view.batch>;
    expect(event?.data).toEqual({
      requestId: id,
      correlationId: request.requestCorrelationId,
      sourceSystem: request.sourceSystem,
      documentType: request.documentType,
      documentName,
      status: 'COMPLETED',
      batch: { id: batchId, thunderheadBatchId, name },
      dmsDocumentId,
      errors: [],
      attempt: 1,
      statusVersion: 1,
      occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
    });
    expect(gapsIn(await oms.history(id))).toEqual([]);
  });

  test('the batch row says what Thunderhead said', async () => {
    const { id } = await oms.through(invoice());
    const { rows } = await oms.pool.query('select * from batch where request_id = $1', [id]);
    expect(rows).toEqual([
      expect.objectContaining({
        status: 'COMPLETED',
        status_text: 'All transactions completed',
        transactions: { count: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
        channel_jobs: { created: 1, completed: 1, errored: 0, stopped: 0, workflow: 0 },
      }),
    ]);
    expect(rows[0].updated_at > rows[0].created_at).toBe(true);
  });

  test('a document nobody may ask for is rejected, and that is told too', async () => {
    const before = await oms.sandbox.counts();
    const view = await oms.through(offer({ sourceSystem: 'ARCADE' }));
    expect(view).toMatchObject({ status: 'REJECTED', stage: 'publish', batch: null });
    expect(view.errors).toEqual([
      expect.objectContaining({
        stage: 'validate',
        category: 'VALIDATION_ERROR',
        code: 'OMS_SOURCE_NOT_ALLOWED',
        attempts: 1,
        nextRetryAt: null,
      }),
    ]);
    const [event] = await oms.events(view.id);
    const { stage, category, code, description } = view.errors[0] as (typeof view.errors)[number];
    expect(event?.topic).toBe('oms.offer-documents');
    expect(event?.data).toMatchObject({
      status: 'REJECTED',
      batch: null,
      dmsDocumentId: null,
      errors: [{ stage, category, code, description }],
      statusVersion: 1,
    });
    const history = await oms.history(view.id);
    expect(history.map(({ to }) => to)).toEqual(['validate', 'publish', 'rejected']);
    expect(gapsIn(history)).toEqual([]);
    expect((await oms.sandbox.counts()).submitCalls).toBe(before.submitCalls);
  });

  test('the content is kept exactly as it was asked for, order and all', async () => {
    const asked = invoice({ documentContent: { Letter: { b: 'Åse & «Bjørn» <3', B10: 1, a: [null, 1.5, true] } } });
    const { rows } = await oms.pool.query('select content::text from document_request where id = $1', [
      await oms.post(asked),
    ]);
    expect(rows).toEqual([{ content: JSON.stringify(asked.documentContent) }]);
  });
});
