import { defineEntity, p } from '@mikro-orm/core';

/**
 * A document's part in one hand-over to Thunderhead. The row is there before anything is sent, so that whoever finds it after
 * a crash knows what to ask for; `thunderheadBatchId` comes with Thunderhead's answer. A retrigger that needs a new hand-over
 * makes another row, told apart by its round; so does one that was not accepted, told apart by `handover`.
 */
const BatchSchema = defineEntity({
  name: 'Batch',
  tableName: 'batch',
  properties: {
    id: p.uuid().primary(),
    requestId: p.uuid(),
    round: p.integer(),
    /** 1, and one more for every hand-over of the same round. */
    handover: p.integer().default(1),
    /** Under which Thunderhead knows it: the request's id, or one for all documents that travel together. */
    correlationId: p.uuid(),
    thunderheadBatchId: p.bigint('number').nullable(),
    name: p.text(),
    /** Which of the documents that travel together. */
    transactionNo: p.integer().default(1),
    transactionCount: p.integer().default(1),
    status: p.text(),
    statusText: p.text().default(''),
    dmsDocumentId: p.bigint('number').nullable(),
    transactions: p.json().nullable(),
    channelJobs: p.json().nullable(),
    /** When it was intended. */
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    sentAt: p.datetime(3).nullable(),
    /** When it was left without an answer that tells whether it was accepted. */
    unknownAt: p.datetime(3).nullable(),
    /** When Thunderhead's word was heard that it has it. */
    confirmedAt: p.datetime(3).nullable(),
  },
  uniques: [{ name: 'batch_of_handover', properties: ['requestId', 'round', 'handover'] }],
  indexes: [
    {
      // What an operator reads off a letter, or hears from Thunderhead's people.
      name: 'batch_at_thunderhead',
      expression:
        'create index batch_at_thunderhead on batch (thunderhead_batch_id) where thunderhead_batch_id is not null',
    },
    {
      // By the hand-over's own id; one that travels alone has its request's.
      name: 'batch_in_company',
      expression: 'create index batch_in_company on batch (correlation_id) where transaction_count > 1',
    },
  ],
});

export class Batch extends BatchSchema.class {}
BatchSchema.setClass(Batch);
