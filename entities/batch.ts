import { defineEntity, p } from '@mikro-orm/core';

/** One hand-over to Thunderhead. A retrigger that needs a new one makes another row, told apart by its round. */
const BatchSchema = defineEntity({
  name: 'Batch',
  tableName: 'batch',
  properties: {
    id: p.uuid().primary(),
    requestId: p.uuid(),
    round: p.integer(),
    thunderheadBatchId: p.bigint('number'),
    name: p.text(),
    status: p.text(),
    statusText: p.text().default(''),
    dmsDocumentId: p.bigint('number').nullable(),
    transactions: p.json().nullable(),
    channelJobs: p.json().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  uniques: [{ name: 'batch_of_round', properties: ['requestId', 'round'] }],
});

export class Batch extends BatchSchema.class {}
BatchSchema.setClass(Batch);
