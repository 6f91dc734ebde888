import type { Request } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Problem } from '#src/api/problem.ts';
import type { Caller } from '#src/security/caller.ts';

type Authenticate = (request: Request) => Promise<Caller>;

export interface RefusalLimit {
  /** How many refused tokens an address has in a window. */
  refusals: number;
  windowSeconds: number;
  /** Addresses behind which many clients stand: they are not counted. */
  exempt: (address: string) => boolean;
}

/**
 * Who sends tokens that are refused, one after the other, is soon not listened to any more: guessing then costs a look into
 * a map instead of a signature check and a call to OIDM. Kept in memory, by address; what comes in time is forgiven.
 */
export function limitRefusals(authenticate: Authenticate, limit: RefusalLimit): Authenticate {
  const counts = new RateLimiterMemory({ points: limit.refusals, duration: limit.windowSeconds });
  return async (request) => {
    // What X-Forwarded-For says, when one of our proxies says it.
    const address = request.ip ?? '';
    if (limit.exempt(address)) return authenticate(request);
    const network = networkOf(address);
    const before = await counts.get(network);
    if (before && before.consumedPoints >= limit.refusals) throw tooMany(before.msBeforeNext);
    try {
      return await authenticate(request);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await counts.penalty(network);
      throw error;
    }
  };
}

const tooMany = (waitMs: number): Problem =>
  new Problem('OMS_RATE_LIMITED', 'too many refused tokens from this address', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
  });

/** An IPv6 client is given a /64 and may use a new address of it for every request: the network is counted. */
const networkOf = (address: string): string =>
  address.includes('.') || !address.includes(':') ? address : expanded(address).slice(0, 4).join(':');

/** `2001:db8::1` -> its eight groups. */
function expanded(address: string): string[] {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  if (tail === undefined) return groups(head);
  const missing = Math.max(0, 8 - groups(head).length - groups(tail).length);
  return [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
}
