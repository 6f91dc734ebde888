import { defineEntity, p } from '@mikro-orm/core';

/** The twin's request: everything in one row, as one would begin. */
const TwinRequestSchema = defineEntity({
  name: 'TwinRequest',
  tableName: 'twin_request',
  properties: {
    id: p.uuid().primary(),
    sourceSystem: p.text(),
    requestCorrelationId: p.text(),
    documentType: p.text(),
    documentName: p.text(),
    stage: p.text(),
    status: p.text().index(),
    version: p.integer().version(),
    metadata: p.json<{ key: string; value: string }[]>(),
    content: p.json<Record<string, unknown>>().columnType('json').lazy(),
    batchId: p.bigint('number').nullable(),
    dmsDocumentId: p.bigint('number').nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  uniques: [{ properties: ['sourceSystem', 'requestCorrelationId'] }],
});

export class TwinRequest extends TwinRequestSchema.class {}
TwinRequestSchema.setClass(TwinRequest);

const TwinHistorySchema = defineEntity({
  name: 'TwinHistory',
  tableName: 'twin_history',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    requestId: p.uuid().index(),
    fromStage: p.text(),
    toStage: p.text(),
    reason: p.text(),
    at: p.datetime(3),
  },
});

export class TwinHistory extends TwinHistorySchema.class {}
TwinHistorySchema.setClass(TwinHistory);
