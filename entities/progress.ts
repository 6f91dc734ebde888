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
    /** 0 to 9; from 5 on it passes the others in the queues. Never changed. */
    priority: p.smallint().default(0),
    /** Somebody wishes it cancelled in this round; why and who is in `cancellation`. */
    cancelAsked: p.boolean().default(false),
    dueAt: p.datetime(3),
    since: p.datetime(3),
    revision: p.integer().default(0),
    rungAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    /** Which orchestration carries its rings. */
    orchestration: p.text().default('bullmq'),
    /**
     * The result, once it is final. `result` itself is known before the end is published, so it changes on the way and
     * must be in no index; this changes once, together with `endedAt`.
     */
    endedAs: p.text().nullable().generated('(case when ended_at is not null then result else null end) stored'),
  },
  indexes: [
    {
      name: 'progress_in_flight',
      expression: 'create index progress_in_flight on progress (id) where ended_at is null',
    },
    {
      // Who completed is found by walking back through the requests: almost all have.
      name: 'progress_ended_as',
      expression: `create index progress_ended_as on progress (ended_as, id) where ended_as <> 'completed'`,
    },
    {
      // What failed last, however long ago it came.
      name: 'progress_failed_last',
      expression: `create index progress_failed_last on progress (pipeline, ended_at, id) where ended_as = 'failed'`,
    },
  ],
});

export class ProgressRow extends ProgressSchema.class {}
ProgressSchema.setClass(ProgressRow);
