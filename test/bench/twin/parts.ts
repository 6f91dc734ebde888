import { MikroORM } from '@mikro-orm/core';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { DocumentConfiguration } from '#entities/document-configuration.ts';
import { ReferenceData, SourcePermission } from '#entities/reference-data.ts';
import { environment } from '#src/config.ts';
import { TwinHistory, TwinRequest } from './entities.ts';

/** What every process of the twin opens: its tables beside the OMS's reference data, and one queue per stage. */
export const stages = ['validate', 'submit', 'poll', 'publish'] as const;
export type StageName = (typeof stages)[number];

export const openOrm = () =>
  MikroORM.init({
    driver: PostgreSqlDriver,
    clientUrl: environment.DATABASE_URL ?? '',
    entities: [TwinRequest, TwinHistory, ReferenceData, SourcePermission, DocumentConfiguration],
    pool: { min: 2, max: 20 },
  });

export const openRedis = () => new Redis(environment.REDIS_URL ?? '', { maxRetriesPerRequest: null });

export function openQueues(connection: Redis) {
  const queues = new Map(stages.map((stage) => [stage, new Queue(`twin-${stage}`, { connection })]));
  return {
    add: (stage: StageName, id: string, delay = 0) =>
      queues.get(stage)?.add(stage, { id }, { delay, removeOnComplete: true, removeOnFail: 100 }),
    addBulk: (stage: StageName, ids: readonly string[]) =>
      queues
        .get(stage)
        ?.addBulk(
          ids.map((id) => ({ name: stage, data: { id }, opts: { removeOnComplete: true, removeOnFail: 100 } })),
        ),
    close: () => Promise.all([...queues.values()].map((queue) => queue.close())),
  };
}

export const newRequest = (
  id: string,
  body: {
    documentMetadata: { key: string; value: string }[];
    documentContent: Record<string, unknown>;
    sourceSystem: string;
    requestCorrelationId: string;
    documentType: string;
    documentName: string;
  },
) => {
  const now = new Date();
  return {
    id,
    sourceSystem: body.sourceSystem,
    requestCorrelationId: body.requestCorrelationId,
    documentType: body.documentType,
    documentName: body.documentName,
    stage: 'validate',
    status: 'QUEUED',
    metadata: body.documentMetadata,
    content: body.documentContent,
    batchId: null,
    dmsDocumentId: null,
    createdAt: now,
    updatedAt: now,
  };
};
