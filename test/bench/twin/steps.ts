import type { EntityManager } from '@mikro-orm/core';
import { Kafka, logLevel } from 'kafkajs';
import { Pool } from 'undici';
import { v5 as uuidv5 } from 'uuid';
import { DocumentConfiguration } from '#entities/document-configuration.ts';
import { ReferenceData, SourcePermission } from '#entities/reference-data.ts';
import { toXml } from '#processors/document/xml.ts';
import type { TwinRequest } from './entities.ts';
import type { StageName } from './parts.ts';

type Step = { againInMs: number } | { next: StageName | 'ended'; reason: string; changes?: object; delayMs?: number };
type Stage = (request: TwinRequest, em: EntityManager) => Promise<Step>;

const firstPollMs = 100;

/** The same work as the OMS's four stages, one document at a time. */
export async function openSteps({
  thunderheadUrl,
  brokers,
}: {
  thunderheadUrl: string;
  brokers: string;
}): Promise<Record<StageName, Stage>> {
  const { origin, pathname: base } = new URL(thunderheadUrl);
  const thunderhead = new Pool(origin, { connections: 64 });
  const producer = new Kafka({ clientId: 'twin', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();

  const call = async (method: 'GET' | 'POST', path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await thunderhead.request({
      method,
      path: base + path,
      headers: { 'content-type': 'application/json', ...headers },
      body: body ? JSON.stringify(body) : null,
    });
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${await answer.body.text()}`);
    return (await answer.body.json()) as { batchId: number; final: boolean; documents: { dmsDocumentId: number }[] };
  };

  return {
    async validate({ documentType, documentName, sourceSystem, metadata }, em) {
      const at = new Date().toISOString().slice(0, 10);
      const effective = { effectiveFrom: { $lte: at }, effectiveTo: { $gt: at }, deletedAt: null };
      const type = await em.findOne(ReferenceData, { type: 'DOCUMENT_TYPE', code: documentType, ...effective });
      const name = await em.findOne(ReferenceData, { type: 'DOCUMENT_NAME', code: documentName, ...effective });
      const source = await em.findOne(ReferenceData, { type: 'SOURCE_SYSTEM', code: sourceSystem, ...effective });
      const allowed = await em.findOne(SourcePermission, { sourceSystem, documentType, ...effective });
      const keys = metadata.map(({ key }) => key);
      const known = await em.find(ReferenceData, { type: 'METADATA_KEY', code: { $in: keys }, ...effective });
      if (!type || !name || !source || !allowed || known.length < keys.length)
        throw new Error('the bench posts valid documents');
      return { next: 'submit', reason: 'valid', changes: { status: 'PROCESSING' } };
    },

    async submit(request, em) {
      const rows = await em.find(DocumentConfiguration, {
        spec: { $in: [request.documentName, 'IV', '*'] },
        footerId: 0,
        deletedAt: null,
      });
      const value = (code: string) =>
        rows.find((row) => row.code === code && row.spec !== '*')?.value ??
        rows.find((row) => row.code === code)?.value;
      const batchName = `TWIN-${request.id}-1`;
      const { batchId } = await call(
        'POST',
        '/documents',
        {
          batchConfigResId: Number(value('BATCH_CONFIG_ID')),
          batchName,
          correlationId: request.id,
          projectId: 0,
          priority: 0,
          transactionRange: '1',
          transactionDataType: 'application/xml',
          transactionData: Buffer.from(toXml(request.content as Record<string, unknown>)).toString('base64'),
          properties: request.metadata.map((entry) => ({ name: entry.key, value: entry.value })),
        },
        { 'idempotency-key': batchName, 'x-correlation-id': request.id },
      );
      return { next: 'poll', reason: `batch ${batchId} accepted`, changes: { batchId }, delayMs: firstPollMs };
    },

    async poll({ batchId, updatedAt }) {
      const report = await call('GET', `/batches/${batchId}`);
      const elapsedMs = Date.now() - updatedAt.getTime();
      if (!report.final) return { againInMs: Math.min(15_000, Math.max(firstPollMs, elapsedMs / 2)) };
      return {
        next: 'publish',
        reason: `batch ${batchId} completed`,
        changes: { dmsDocumentId: report.documents[0]?.dmsDocumentId ?? null },
      };
    },

    async publish(request, em) {
      const topic = await em.findOne(DocumentConfiguration, {
        code: 'TOPIC_NAME',
        spec: 'IV',
        footerId: 0,
        deletedAt: null,
      });
      const { id, documentName, documentType, sourceSystem, batchId, dmsDocumentId } = request;
      await producer.send({
        topic: topic?.value ?? 'oms.document-status',
        acks: -1,
        messages: [
          {
            key: id,
            value: JSON.stringify({
              requestId: id,
              correlationId: request.requestCorrelationId,
              sourceSystem,
              documentType,
              documentName,
              status: 'COMPLETED',
              batch: { thunderheadBatchId: batchId },
              dmsDocumentId,
              errors: [],
              attempt: 1,
              statusVersion: 1,
              occurredAt: new Date(),
            }),
            headers: {
              ce_specversion: '1.0',
              ce_type: 'com.oms.document.status.final.v1',
              ce_source: '/oms',
              ce_id: uuidv5(id, uuidv5.URL),
              ce_subject: id,
            },
          },
        ],
      });
      return { next: 'ended', reason: 'published', changes: { status: 'COMPLETED' } };
    },
  };
}
