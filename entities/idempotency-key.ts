import { defineEntity, p } from '@mikro-orm/core';

/** What a client's `Idempotency-Key` stands for: the request it was used with, and the answer that request was given. */
const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    client: p.text().primary(),
    key: p.text().primary(),
    /** SHA-256 of method, path and body. */
    fingerprint: p.blob(),
    /** Who answers it: one whose lease is over must not write into another's row. */
    holder: p.uuid(),
    /** Null: it is being answered; until `heldUntil` by its holder, then by whoever asks again. */
    answer: p.json().columnType('json').nullable(),
    heldUntil: p.datetime(3),
    expiresAt: p.datetime(3),
  },
  indexes: [{ name: 'idempotency_key_expiry', properties: ['expiresAt'] }],
});

export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
