import { defineEntity, p } from '@mikro-orm/core';

/**
 * Where every item of every pipeline stands. Written only by the engine, with guarded statements.
 *
 * The row is narrow, and no index holds a column that changes while it is on its way: PostgreSQL can then update it in
 * place (HOT), eight times a document, without touching an index. `ended_at` changes once and keeps the sweep's index
 * as small as the work in flight.
 */
const ProgressSchema = defineEntity({
  name: 'Progress',
  tableName: 'progress',
  properties: {
    id: p.uuid().primary(),
    pipeline: p.text(),
    stage: p.text(),
    status: p.text(),
    result: p.text().nullable(),
    direction: p.text().default('forward'),
    attempts: p.integer().default(0),
    runs: p.integer().default(0),
    round: p.integer().default(1),
    dueAt: p.datetime(3),
    since: p.datetime(3),
    revision: p.integer().default(0),
    rungAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
  },
  indexes: [
    {
      name: 'progress_in_flight',
      expression: 'create index progress_in_flight on progress (id) where ended_at is null',
    },
  ],
});

export class ProgressRow extends ProgressSchema.class {}
ProgressSchema.setClass(ProgressRow);
