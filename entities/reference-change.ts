import { defineEntity, p } from '@mikro-orm/core';

/** Who changed which reference row, when, from what to what. Written by the database's triggers; never changed. */
const ReferenceChangeSchema = defineEntity({
  name: 'ReferenceChange',
  tableName: 'reference_change',
  properties: {
    /** Grows in the order of the commits: one change is let in at a time. */
    id: p.bigint().primary(),
    /** The table. */
    collection: p.text(),
    rowId: p.uuid(),
    /** `created`, `replaced`, `deleted`, `restored`; `removed` when somebody has deleted the row itself. */
    action: p.text(),
    /** `<client>/<subject>`, or `sql/<database user>`. */
    actor: p.text(),
    before: p.json<Record<string, unknown>>().nullable(),
    after: p.json<Record<string, unknown>>().nullable(),
    at: p.datetime(3),
  },
  indexes: [{ name: 'reference_change_of_row', properties: ['rowId', 'id'] }],
});

export class ReferenceChange extends ReferenceChangeSchema.class {}
ReferenceChangeSchema.setClass(ReferenceChange);

/** One row. Its version is another one after every change, so that a cache can ask whether what it holds still is so. */
const ReferenceVersionSchema = defineEntity({
  name: 'ReferenceVersion',
  tableName: 'reference_version',
  properties: {
    id: p.integer().primary().autoincrement(false),
    /** Random, not counted: a database that is restored from a backup never repeats one with other rows. */
    version: p.uuid(),
  },
});

export class ReferenceVersion extends ReferenceVersionSchema.class {}
ReferenceVersionSchema.setClass(ReferenceVersion);
