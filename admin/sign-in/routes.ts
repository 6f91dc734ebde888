import { join } from 'node:path';
import express, { type Request, type Response, Router } from 'express';
import type { Audit } from '../audit/audit.ts';
import type { Attempts } from './attempts.ts';
import { giveSession, keepVisit, sessionCookie, takeSession, visitOf } from './cookies.ts';
import type { ForgeryGuard } from './forgery.ts';
import { readSignIn, type SignIn } from './form.ts';
import { forTheBoard, type Gatekeeper } from './gatekeeper.ts';
import { pageHeaders } from './headers.ts';
import { localPath } from './local-path.ts';
import { signInPage, signOutPage } from './pages.ts';
import type { Session, Sessions } from './sessions.ts';
import { type Failure, failureOf, forged, incomplete, tooMany } from './words.ts';

export interface SignInParts {
  gatekeeper: Gatekeeper;
  sessions: Sessions;
  forgery: ForgeryGuard;
  attempts: Attempts;
  now: () => Date;
  audit: Audit;
  log: { info(about: object, message: string): void; warn(about: object, message: string): void };
}

/** What somebody without a session can reach: the sign-in page with its files, and the way out. */
export function signInRoutes(parts: SignInParts): Router {
  const routes = Router();
  const readForm = express.urlencoded({ extended: false, limit: '40kb', parameterLimit: 10 });
  for (const file of ['style.css', 'mark.svg', 'session-watch.js'])
    routes.get(`/sign-in/${file}`, (_request, response) => response.sendFile(join(import.meta.dirname, file)));
  routes.get('/sign-in', pageHeaders, (request, response) => showSignIn(parts, request, response));
  routes.post('/sign-in', pageHeaders, readForm, (request, response) => signIn(parts, request, response));
  routes.get('/sign-out', pageHeaders, (request, response) => showSignOut(parts, request, response));
  routes.post('/sign-out', pageHeaders, readForm, (request, response) => signOut(parts, request, response));
  return routes;
}

async function showSignIn({ sessions, forgery }: SignInParts, request: Request, response: Response): Promise<void> {
  const to = localPath(request.query.to);
  if (await sessions.read(sessionCookie(request))) return response.redirect(303, to);
  const notice =
    ('left' in request.query && 'You are signed out.') ||
    ('ended' in request.query && 'Your session has ended. Sign in again to go on where you were.') ||
    undefined;
  const forgeryToken = forgery.tokenFor('sign-in', keepVisit(response));
  response.send(signInPage({ forgeryToken, to, way: 'client', notice }).text);
}

async function signIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { forgery, sessions, now, log } = parts;
  const given = readSignIn(request.body);
  if (!given) return showFailure(parts, response, incomplete);
  const visit = visitOf(request);
  if (!visit || !forgery.isOwn(request, 'sign-in', visit, given.csrf))
    return showFailure(parts, response, forged, given);
  const answer = await verify(parts, given, request.ip ?? '');
  if ('error' in answer) {
    log.warn({ client: given.client, address: request.ip, reason: answer.error }, 'sign-in refused');
    await tell(parts, { subject: given.client || 'unknown', client: given.client || 'unknown' }, 'sign-in', answer);
    return showFailure(parts, response, answer, given);
  }
  // Whatever session there was ends: nobody can be made to use one that somebody else knows.
  const former = await sessions.read(sessionCookie(request));
  if (former) sessions.end(former);
  const { session, cookie } = await sessions.open(answer);
  giveSession(response, { cookie, session, forgeryToken: forgery.tokenFor('session', session.id), now: now() });
  log.info({ subject: session.subject, client: session.client, address: request.ip }, 'signed in to the board');
  await tell(parts, session, 'sign-in');
  response.redirect(303, localPath(given.to));
}

/**
 * Who came, who left, and who was not let in. While that cannot be written down people still come in, to see what is wrong:
 * signing in changes nothing. Guesses beyond what is allowed are the log's, or they could fill the table.
 */
async function tell(
  { audit, log }: SignInParts,
  { subject, client }: Pick<Session, 'subject' | 'client'>,
  action: 'sign-in' | 'sign-out',
  failure?: Failure,
): Promise<void> {
  if (failure?.retryAfter) return;
  const result = !failure ? 'done' : failure.status === 503 ? 'failed' : 'refused';
  const details = failure && { details: { status: failure.status, why: failure.error } };
  await audit
    .record({ actor: subject, client, action, target: { type: 'board' }, result, ...details })
    .catch((error) => log.warn({ err: error, subject, client, action }, 'could not be written down'));
}

async function verify({ gatekeeper, attempts, now }: SignInParts, given: SignIn, address: string) {
  const { client, secret, token } = given;
  const attempt = { address, client };
  const wait = await attempts.count(attempt);
  if (wait) return tooMany(wait);
  const verdict = forTheBoard(
    token === undefined ? await gatekeeper.byCredentials(client, secret) : await gatekeeper.byToken(token),
    now(),
  );
  if (verdict.kind !== 'refused') await attempts.forgive(attempt);
  return verdict.kind === 'admitted' ? verdict.who : failureOf(verdict, token === undefined ? 'client' : 'token');
}

function showFailure({ forgery }: SignInParts, response: Response, failure: Failure, given?: SignIn): void {
  const { status, error, retryAfter } = failure;
  if (status === 401) response.set('www-authenticate', 'Bearer realm="oms"');
  if (retryAfter) response.set('retry-after', String(retryAfter));
  const page = signInPage({
    forgeryToken: forgery.tokenFor('sign-in', keepVisit(response)),
    to: localPath(given?.to),
    way: given?.token === undefined ? 'client' : 'token',
    client: given?.client,
    error,
    isMistyped: status === 400 || status === 401,
  });
  response.status(status).send(page.text);
}

async function showSignOut(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const session = await parts.sessions.read(sessionCookie(request));
  if (!session) return response.redirect(303, '/admin/sign-in');
  response.send(signOutText(parts, session));
}

async function signOut(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { sessions, forgery, log } = parts;
  const session = await sessions.read(sessionCookie(request));
  // Another site's form comes without the cookie (SameSite). It must not have it taken away, either.
  if (!session) return response.redirect(303, '/admin/sign-in');
  if (!forgery.isOwn(request, 'session', session.id, request.body?.csrf)) {
    response.status(403).send(signOutText(parts, session));
    return;
  }
  sessions.end(session);
  takeSession(response);
  log.info({ subject: session.subject, client: session.client, address: request.ip }, 'signed out of the board');
  await tell(parts, session, 'sign-out');
  response.redirect(303, '/admin/sign-in?left');
}

function signOutText({ forgery, now }: SignInParts, session: Session): string {
  const { id, subject, client, expiresAt } = session;
  const minutesLeft = Math.max(1, Math.round((expiresAt.getTime() - now().getTime()) / 60_000));
  return signOutPage({ forgeryToken: forgery.tokenFor('session', id), subject, client, minutesLeft }).text;
}
