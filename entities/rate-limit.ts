import { defineEntity, p } from '@mikro-orm/core';

/** What clients have used of their rate limits, where there is no Redis. The columns are those of rate-limiter-flexible. */
const RateLimitSchema = defineEntity({
  name: 'RateLimit',
  tableName: 'rate_limit',
  properties: {
    key: p.text().primary(),
    points: p.integer().default(0),
    /** Unix time in milliseconds. */
    expire: p.bigint('number').nullable(),
  },
});

export class RateLimit extends RateLimitSchema.class {}
RateLimitSchema.setClass(RateLimit);
