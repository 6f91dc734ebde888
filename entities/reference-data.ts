import { defineEntity, p } from '@mikro-orm/core';

/** Open end of an effective-dated row. */
export const openEnd = '4712-12-31';

/** A code the business knows: document types and names, source systems, environments, metadata keys. */
const ReferenceDataSchema = defineEntity({
  name: 'ReferenceData',
  tableName: 'reference_data',
  properties: {
    id: p.uuid().primary(),
    type: p.text(),
    code: p.text(),
    description: p.text(),
    attributes: p.json<Record<string, unknown>>(),
    effectiveFrom: p.date(),
    /** Exclusive. */
    effectiveTo: p.date(),
    /** Deleted logically: yesterday's request must be explainable tomorrow. */
    deletedAt: p.datetime(3).nullable(),
    /** Counts the changes of the row; the database raises it. */
    version: p.integer().default(1),
  },
  indexes: [{ name: 'reference_data_code', properties: ['type', 'code'] }],
});

export class ReferenceData extends ReferenceDataSchema.class {}
ReferenceDataSchema.setClass(ReferenceData);

/** Which source may ask for which type of document. */
const SourcePermissionSchema = defineEntity({
  name: 'SourcePermission',
  tableName: 'source_permission',
  properties: {
    id: p.uuid().primary(),
    sourceSystem: p.text(),
    documentType: p.text(),
    effectiveFrom: p.date(),
    effectiveTo: p.date(),
    deletedAt: p.datetime(3).nullable(),
    /** Counts the changes of the row; the database raises it. */
    version: p.integer().default(1),
  },
  indexes: [{ name: 'source_permission_source', properties: ['sourceSystem'] }],
});

export class SourcePermission extends SourcePermissionSchema.class {}
SourcePermissionSchema.setClass(SourcePermission);
