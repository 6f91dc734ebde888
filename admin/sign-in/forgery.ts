import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

/**
 * Against requests that another site has the browser send (CSRF), beyond SameSite=Strict: where it came from, and a token
 * that only our own pages can know. OWASP's signed double submit: the token is an HMAC over the session's id, so that a
 * cookie planted by a neighbouring host is worth nothing.
 */
export class ForgeryGuard {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The token that belongs to a session, or to a visit of the sign-in page; `purpose` keeps the two apart. */
  tokenFor(purpose: 'session' | 'sign-in', id: string): string {
    return createHmac('sha256', this.#key).update(`${purpose}:${id}`).digest('base64url');
  }

  isOwn(request: Request, purpose: 'session' | 'sign-in', id: string, token: unknown): boolean {
    return isSameOrigin(request) && typeof token === 'string' && equal(token, this.tokenFor(purpose, id));
  }
}

/**
 * `Sec-Fetch-Site` cannot be set by a page, but is sent to https and localhost only; elsewhere `Origin` has to do, which
 * browsers send with everything that changes something. A request with neither is from no browser, and has no business
 * with a cookie.
 */
function isSameOrigin(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site) return site === 'same-origin';
  const origin = request.get('origin') ?? '';
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

function equal(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
