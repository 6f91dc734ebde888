import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { throwAwayFolder } from '#src/local/folders.ts';
import { type RunningKafka, startKafka } from '#src/local/kafka.ts';
import { freePort } from '#src/local/ports.ts';
import { newTopic, read } from '#test/events/observed.ts';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { backends, eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { describeWithKafka, eventually } from '#test/support/services.ts';

/** Topics come from the configuration; the run's broker is shared, so each test has topics of its own. */
async function useTopics(oms: Oms): Promise<{ invoices: string; offers: string; others: string }> {
  const topics = { invoices: newTopic(), offers: newTopic(), others: newTopic() };
  await oms.pool.query(
    `update document_configuration set value = case spec when 'IV' then $1 when 'POSHOOFF' then $2 else $3 end
     where code = 'TOPIC_NAME'`,
    [topics.invoices, topics.offers, topics.others],
  );
  return topics;
}

describeWithKafka('final statuses on Kafka', (brokers) => {
  test.each(backends)(
    'every end is told to its family, as a CloudEvent under the request id (queues on %s)',
    async (backend) => {
      await using oms = await startOms({ backend, kafka: brokers, environment: eachAlone });
      const topics = await useTopics(oms);
      const bodies = {
        completed: invoice(),
        failed: troubled('error'),
        stopped: troubled('stop'),
        refused: troubled('reject'),
        offer: offer(),
        unknown: invoice({ documentName: 'NOSUCH' }),
      };
      const views = await Promise.all(
        Object.entries(bodies).map(async ([name, body]) => [name, await oms.through(body)] as const),
      );
      const ends = Object.fromEntries(views.map(([name, { status }]) => [name, status]));
      expect(ends).toEqual({
        ...{ completed: 'COMPLETED', failed: 'FAILED', stopped: 'STOPPED', refused: 'REJECTED' },
        ...{ offer: 'COMPLETED', unknown: 'REJECTED' },
      });
      // A status is final once its event is out: what is read now is all there is.
      const found = new Map(
        await Promise.all(Object.values(topics).map(async (topic) => [topic, await read(brokers, topic)] as const)),
      );
      expect([topics.invoices, topics.offers, topics.others].map((topic) => found.get(topic)?.length)).toEqual([
        4, 1, 1,
      ]);
      for (const [name, view] of views) {
        const [entry] = await oms.events(view.id);
        const topic = name === 'offer' ? topics.offers : name === 'unknown' ? topics.others : topics.invoices;
        const record = found.get(topic)?.find(({ message }) => `${message.key}` === view.id);
        expect(entry).toMatchObject({ topic, partition: record?.partition, offset: record?.offset });
        const { key, headers, value } = record?.message ?? {};
        expect(`${key}`).toBe(view.id);
        expect(Object.fromEntries(Object.entries(headers ?? {}).map(([header, text]) => [header, `${text}`]))).toEqual({
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_id: entry?.id,
          ce_source: '/oms',
          ce_type: 'com.oms.document.status.final.v1',
          ce_subject: view.id,
          ce_time: expect.stringMatching(/Z$/),
        });
        const body = bodies[name as keyof typeof bodies];
        const { id: batchId, thunderheadBatchId = null, name: batchName } = view.batch ?? {};
        const batch = thunderheadBatchId === null ? null : { id: batchId, thunderheadBatchId, name: batchName };
        const payload = JSON.parse(`${value}`);
        expect(payload).toEqual(entry?.data);
        expect(payload).toEqual({
          requestId: view.id,
          correlationId: body.requestCorrelationId,
          sourceSystem: body.sourceSystem,
          documentType: body.documentType,
          documentName: body.documentName,
          status: view.status,
          batch,
          dmsDocumentId: view.batch?.dmsDocumentId ?? null,
          errors: view.errors.map(({ stage, category, code, description }) => ({ stage, category, code, description })),
          attempt: 1,
          statusVersion: 1,
          occurredAt: expect.any(String),
        });
        expect((await oms.history(view.id)).at(-1)?.reason).toBe(
          `published to ${topic}/${record?.partition} at ${record?.offset}`,
        );
      }
    },
  );

  describe('Kafka comes later', () => {
    const directory = throwAwayFolder('kafka-late');
    let kafka: RunningKafka | undefined;
    afterAll(async () => {
      await kafka?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    test('documents wait in publish, say so, and flow when it is there; nothing is lost, nothing told twice', async () => {
      const port = await freePort();
      await using oms = await startOms({ kafka: `127.0.0.1:${port}` });
      const { invoices } = await useTopics(oms);
      const ids = await Promise.all(
        Array.from({ length: 60 }, (_, n) => oms.post(n % 3 ? invoice() : troubled('error'))),
      );
      const waiting = await eventually(async () => {
        const views = await Promise.all(ids.map((id) => oms.get(id)));
        return views.every(({ stage, errors }) => stage === 'publish' && errors[0]?.stage === 'publish') && views;
      });
      for (const { status, endedAt, errors } of waiting) {
        expect([status, endedAt]).toEqual(['PROCESSING', null]);
        expect(errors[0]).toMatchObject({ category: 'INTERNAL_ERROR', code: 'OMS_EVENT_HUB_UNAVAILABLE' });
        expect(errors[0]?.nextRetryAt).not.toBeNull();
      }
      expect((await oms.feed()).items).toEqual([]);
      const ready = await oms.fetch('/health/ready');
      expect([ready.status, ready.json.kafka]).toEqual([200, expect.stringContaining('out of reach')]);

      // However often they have been looked at again, that has been told once.
      const runs = 'select min(runs)::int as least from progress where ended_at is null';
      await eventually(async () => ((await oms.pool.query<{ least: number }>(runs)).rows[0]?.least ?? 0) >= 4, {
        timeoutMs: 30_000,
      });
      const told = `select item_id from history where reason like 'OMS_EVENT_HUB_UNAVAILABLE%'`;
      expect((await oms.pool.query(told)).rows).toHaveLength(60);

      const started = await startKafka({ directory, port, log: { info() {}, warn() {} } as never });
      if ('unavailable' in started) throw new Error(started.unavailable);
      kafka = started;
      const ends = await Promise.all(ids.map((id) => oms.finished(id, 40_000)));
      expect(ends.map(({ status }) => status)).toEqual(ids.map((_, n) => (n % 3 ? 'COMPLETED' : 'FAILED')));
      for (const { errors } of ends) expect(errors.filter(({ stage }) => stage === 'publish')).toEqual([]);
      const records = await read(kafka.brokers, invoices);
      expect(records.map(({ message }) => `${message.key}`).sort()).toEqual([...ids].sort());

      // The error of the outage is none of the document's.
      for (const { message } of records)
        expect(JSON.parse(`${message.value}`).errors.map(({ stage }: { stage: string }) => stage)).not.toContain(
          'publish',
        );
    });
  });
});

test('without Kafka the status feed has the events, and that is said aloud', async () => {
  await using oms = await startOms();
  const { id } = await oms.through(invoice({ requestCorrelationId: randomUUID() }));
  expect(await oms.events(id)).toMatchObject([{ partition: null, offset: null, topic: 'oms.invoice-documents' }]);
  expect(oms.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('KAFKA_BROKERS is not set'));
});
