import type { Response } from 'express';
import { Problem } from '#src/api/problem.ts';
import type { Caller } from '#src/security/caller.ts';
import { countRequests, type PointStore, type Quota } from './quota.ts';

/**
 * One point for each HTTP request of a client, whatever it asks. Every answer says how the client stands, in the fields of
 * draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @throws Problem OMS_RATE_LIMITED with Retry-After
 */
export function clientLimit(store: PointStore, quota: Quota): (caller: Caller, response: Response) => Promise<void> {
  const count = countRequests(store, quota);
  const policy = `"default";q=${quota.requests};w=${quota.windowSeconds}`;
  return async ({ client }, response) => {
    const { admitted, remaining, resetSeconds } = await count(client);
    response.setHeader('RateLimit-Policy', policy);
    response.setHeader('RateLimit', `"default";r=${remaining};t=${resetSeconds}`);
    if (!admitted)
      throw new Problem(
        'OMS_RATE_LIMITED',
        `${client} has had its ${quota.requests} requests in ${quota.windowSeconds} s`,
        { retryAfterSeconds: resetSeconds },
      );
  };
}
