import { defineEntity, p } from '@mikro-orm/core';

/** What all processes know together of the calls they make, where there is no Redis. Changed by compare-and-set. */
const CallBudgetSchema = defineEntity({
  name: 'CallBudgetRow',
  tableName: 'call_budget',
  properties: {
    name: p.text().primary(),
    version: p.bigint('number'),
    state: p.json(),
  },
});

export class CallBudgetRow extends CallBudgetSchema.class {}
CallBudgetSchema.setClass(CallBudgetRow);
