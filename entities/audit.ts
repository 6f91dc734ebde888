import { defineEntity, p } from '@mikro-orm/core';

/** What operators did: who, what, on what, why, from where, and how it ended. Only ever added to, by the database's own rule. */
const AuditSchema = defineEntity({
  name: 'AuditRow',
  tableName: 'audit',
  properties: {
    id: p.bigint().primary(),
    at: p.datetime(3),
    actor: p.text(),
    client: p.text(),
    action: p.text(),
    targetType: p.text(),
    targetId: p.text().nullable(),
    reason: p.text().nullable(),
    /** The address the request came from. */
    origin: p.text().nullable(),
    /** `done`, `refused`, `failed`. */
    result: p.text(),
    details: p.json<Record<string, unknown>>().nullable(),
  },
  indexes: [
    { name: 'audit_at', properties: ['at'] },
    { name: 'audit_of_target', properties: ['targetId', 'id'] },
    { name: 'audit_of_type', properties: ['targetType', 'id'] },
  ],
});

export class AuditRow extends AuditSchema.class {}
AuditSchema.setClass(AuditRow);
