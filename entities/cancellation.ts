import { defineEntity, p } from '@mikro-orm/core';

/** A wish to cancel an item. It counts for the round it was asked in: who sets the item going again has decided anew. */
const CancellationSchema = defineEntity({
  name: 'Cancellation',
  tableName: 'cancellation',
  properties: {
    itemId: p.uuid().primary(),
    round: p.integer().primary(),
    /** `client:arcade`, `admin:ops`. */
    actor: p.text(),
    reason: p.text(),
    askedAt: p.datetime(3),
    /** When whoever does the work was first about to be asked to stop. Written before that, so never missing after it. */
    passedOnAt: p.datetime(3).nullable(),
  },
});

export class Cancellation extends CancellationSchema.class {}
CancellationSchema.setClass(Cancellation);
