import { defineEntity, p } from '@mikro-orm/core';

/** Many failed documents that are to be set going again, at the pace that Thunderhead allows. */
const RetriggerPlanSchema = defineEntity({
  name: 'RetriggerPlan',
  tableName: 'retrigger_plan',
  properties: {
    id: p.uuid().primary(),
    /** Which failed documents were meant, as it was asked. */
    filter: p.json<Record<string, unknown>>(),
    reason: p.text(),
    actor: p.text(),
    client: p.text(),
    /** `running`, `paused`, `stopped`, `done`. */
    status: p.text(),
    createdAt: p.datetime(3),
    changedAt: p.datetime(3),
    changedBy: p.text(),
    endedAt: p.datetime(3).nullable(),
    /** How many documents came to what, by state; null while it has not ended, and they are counted. */
    counts: p.json<Record<string, number>>().nullable(),
  },
  indexes: [
    {
      name: 'retrigger_plan_open',
      expression: 'create index retrigger_plan_open on retrigger_plan (id) where ended_at is null',
    },
  ],
});

export class RetriggerPlan extends RetriggerPlanSchema.class {}
RetriggerPlanSchema.setClass(RetriggerPlan);

/** What becomes of one document of a plan. */
const RetriggerItemSchema = defineEntity({
  name: 'RetriggerItem',
  tableName: 'retrigger_item',
  properties: {
    planId: p.uuid().primary(),
    itemId: p.uuid().primary(),
    /** `pending`, `going`, `completed`, `failed`, `skipped`. */
    state: p.text(),
    /** The round that failed: the plan is about that failure, and no later one. */
    round: p.integer(),
    /** Why it was skipped, or how it ended. */
    note: p.text().nullable(),
    changedAt: p.datetime(3),
  },
  indexes: [{ name: 'retrigger_item_state', properties: ['planId', 'state', 'itemId'] }],
});

export class RetriggerItem extends RetriggerItemSchema.class {}
RetriggerItemSchema.setClass(RetriggerItem);
