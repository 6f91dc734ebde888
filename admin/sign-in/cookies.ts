import { randomUUID } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Session } from './sessions.ts';

/**
 * The board's cookies. They are for `/admin` only, so the API never sees them, which rules out the prefix `__Host-` (it wants
 * Path=/). Over https they are `Secure` and called `__Secure-...`: a browser takes that name over https only, so nobody
 * on the wire can plant one. Over plain http, on one's own machine, the name goes without.
 *
 * `request.secure` believes `X-Forwarded-Proto` from TRUSTED_PROXIES only.
 */
const path = '/admin';
/** What Bull Board's HTTP client (axios) looks for by itself; its pages must be able to read it. */
const forgeryCookie = 'XSRF-TOKEN';
const visitShape = /^[0-9a-f-]{36}$/;

const nameOf = (what: 'session' | 'visit', { secure }: Request) => `${secure ? '__Secure-' : ''}oms-${what}`;
const shared = ({ secure }: Request): CookieOptions => ({ path, secure, sameSite: 'strict' });
const given = (request: Request, name: string) => parseCookie(request.headers.cookie ?? '')[name];

export const sessionCookie = (request: Request): string | undefined => given(request, nameOf('session', request));

/** The session, the token against forgery that goes with it, and an end to the visit. All last as long as the session. */
export function giveSession(
  response: Response,
  { cookie, session, forgeryToken, now }: { cookie: string; session: Session; forgeryToken: string; now: Date },
): void {
  const { req } = response;
  const lasts = { ...shared(req), maxAge: session.expiresAt.getTime() - now.getTime() };
  response.cookie(nameOf('session', req), cookie, { ...lasts, httpOnly: true });
  response.cookie(forgeryCookie, forgeryToken, lasts);
  response.clearCookie(nameOf('visit', req), shared(req));
}

/** Tells the browser to forget both. */
export function takeSession(response: Response): void {
  const { req } = response;
  for (const name of [nameOf('session', req), forgeryCookie]) response.clearCookie(name, shared(req));
}

/** Who is looking at the sign-in page, so that its form can be told from a forged one before anybody has signed in. */
export function visitOf(request: Request): string | undefined {
  const visit = given(request, nameOf('visit', request));
  return visit && visitShape.test(visit) ? visit : undefined;
}

/** Two tabs with the page share one visit, and both forms are good. */
export function keepVisit(response: Response): string {
  const visit = visitOf(response.req) ?? randomUUID();
  response.cookie(nameOf('visit', response.req), visit, { ...shared(response.req), httpOnly: true });
  return visit;
}
