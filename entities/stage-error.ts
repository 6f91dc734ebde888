import { defineEntity, p } from '@mikro-orm/core';

/** Why an item does not get past a stage. Present while it is retried or has failed there; removed when it gets past. */
const StageErrorSchema = defineEntity({
  name: 'StageError',
  tableName: 'stage_error',
  properties: {
    itemId: p.uuid().primary(),
    stage: p.text().primary(),
    pipeline: p.text(),
    category: p.text(),
    code: p.text(),
    description: p.text(),
    details: p.json().nullable(),
    /** The stage a retrigger starts from. */
    resumeAt: p.text(),
    attempts: p.integer(),
    firstFailedAt: p.datetime(3),
    lastFailedAt: p.datetime(3),
    /** Null: given up, an operator decides. */
    nextRetryAt: p.datetime(3).nullable(),
    /** The same for all of one cause; null for what a version before fingerprints wrote. */
    fingerprint: p.text().nullable(),
    /** How often the recovery job has set it going again. */
    recoveries: p.integer().default(0),
  },
  indexes: [
    { name: 'stage_error_at_stage', properties: ['pipeline', 'stage', 'lastFailedAt'] },
    { name: 'stage_error_code', properties: ['code', 'itemId'] },
    { name: 'stage_error_fingerprint', properties: ['fingerprint', 'itemId'] },
    { name: 'stage_error_recovery', properties: ['category', 'recoveries', 'lastFailedAt'] },
  ],
});

export class StageError extends StageErrorSchema.class {}
StageErrorSchema.setClass(StageError);
