import { defineEntity, p } from '@mikro-orm/core';

/** One row for every transition of an item: append only, written by the statement that moves the item. */
const HistorySchema = defineEntity({
  name: 'History',
  tableName: 'history',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    itemId: p.uuid(),
    /** A stage, or the result an item had ended with; null when it came in. */
    fromState: p.text().nullable(),
    toState: p.text(),
    /** The stage whose run, or whose retrigger, made the transition. */
    stage: p.text(),
    reason: p.text(),
    /** `api`, `worker`, `admin`. */
    actor: p.text(),
    at: p.datetime(3),
  },
  indexes: [
    { name: 'history_of_item', properties: ['itemId', 'id'] },
    {
      // Rows come in the order of time, so it is enough to know from when to when the pages of a stretch are: kilobytes, and
      // next to nothing for whoever writes.
      name: 'history_at',
      expression: 'create index history_at on history using brin (at) with (pages_per_range = 32, autosummarize = on)',
    },
  ],
});

export class History extends HistorySchema.class {}
HistorySchema.setClass(History);
