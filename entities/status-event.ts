import { defineEntity, p, raw } from '@mikro-orm/core';

/**
 * Every final status that was published: the status feed, and the receipt of the broker.
 *
 * A feed ordered by a sequence alone loses rows, because a lower number may commit after a higher one was read. Ordered
 * by (transaction, sequence) and read only up to the oldest transaction still running, nothing appears behind a reader.
 */
const StatusEventSchema = defineEntity({
  name: 'StatusEvent',
  tableName: 'status_event',
  properties: {
    /** The CloudEvent's id. */
    id: p.uuid().primary(),
    requestId: p.uuid(),
    type: p.text(),
    topic: p.text(),
    data: p.json().columnType('json'),
    kafkaPartition: p.integer().nullable(),
    kafkaOffset: p.bigint('string').nullable(),
    publishedAt: p.datetime(3),
    transaction: p.text().columnType('xid8').default(raw('pg_current_xact_id()')),
    sequence: p.bigint('string').autoincrement(),
  },
  indexes: [
    { name: 'status_event_feed', properties: ['transaction', 'sequence'] },
    { name: 'status_event_of_request', properties: ['requestId'] },
    {
      // The feed of one tenant: its few events among everybody's many.
      name: 'status_event_of_source',
      expression:
        "create index status_event_of_source on status_event ((data ->> 'sourceSystem'), transaction, sequence)",
    },
  ],
});

export class StatusEventRow extends StatusEventSchema.class {}
StatusEventSchema.setClass(StatusEventRow);
