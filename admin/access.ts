import { AsyncLocalStorage } from 'node:async_hooks';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Audit } from './audit/audit.ts';
import type { Html } from './pages/html.ts';
import { Attempts } from './sign-in/attempts.ts';
import { sessionCookie } from './sign-in/cookies.ts';
import { ForgeryGuard } from './sign-in/forgery.ts';
import { forTheBoard, type Gatekeeper, type Visitor } from './sign-in/gatekeeper.ts';
import { boardHeaders, keepNothing, pageHeaders } from './sign-in/headers.ts';
import { keysFrom } from './sign-in/keys.ts';
import { pageBehind } from './sign-in/page-behind.ts';
import { onceMorePage, outOfDatePage } from './sign-in/pages.ts';
import { refuseCall } from './sign-in/refused.ts';
import { type SignInParts, signInRoutes } from './sign-in/routes.ts';
import { Sessions } from './sign-in/sessions.ts';

export interface AccessParts {
  gatekeeper: Gatekeeper;
  /** What sessions are signed with; undefined: a key of this process's own. */
  sessionKey?: string | undefined;
  sessionMinutes: number;
  /** The time that sessions go by: that of the tokens. */
  now?: () => Date;
  audit: Audit;
  log: SignInParts['log'];
}

/** Who is at work, while one of their requests is being answered. */
export interface Operator extends Pick<Visitor, 'subject' | 'client'> {
  /** What the forms of a page carry as `csrf`; undefined for a script, whom nobody can forge. */
  forgeryToken?: string;
}

export interface Access {
  /** In front of everything else under `/admin`. */
  gate: RequestHandler;
  /** Whose request this is. Throws outside of one: nobody works on the board unnamed. */
  operator(): Operator;
}

/** The forms of our own pages are short. */
const readForm = express.urlencoded({ extended: false, limit: '10kb', parameterLimit: 20 });

/**
 * Nobody comes past here without `oms.admin`: a browser with a session, a script with a bearer token. What comes past knows
 * whose request it is, however deep in Bull Board, whose own hooks do not pass it on.
 */
export function createAccess({ sessionKey, sessionMinutes, now = () => new Date(), ...given }: AccessParts): Access {
  const keys = keysFrom(sessionKey);
  const parts: SignInParts = {
    ...given,
    now,
    sessions: new Sessions({ key: keys.session, minutes: sessionMinutes, now }),
    forgery: new ForgeryGuard(keys.forgery),
    attempts: new Attempts(),
  };
  const atWork = new AsyncLocalStorage<Operator>();
  const letIn: RequestHandler = async (request, response, next) => {
    const operator = await whoIs(parts, request, response);
    if (!operator) return;
    name(response, operator);
    atWork.run(operator, next);
  };
  return {
    gate: Router().use(boardHeaders, keepNothing, signInRoutes(parts), readForm, letIn),
    operator() {
      const operator = atWork.getStore();
      if (!operator) throw new Error('nobody is signed in where somebody must be');
      return operator;
    },
  };
}

/** For the line in the log, and for the audit when nothing else tells it. */
function name(response: Response, { subject, client }: Operator): void {
  response.locals.client = client;
  response.locals.operator = { subject, client };
}

/** Undefined when the request has been answered already, because they may not come in. */
function whoIs(parts: SignInParts, request: Request, response: Response): Promise<Operator | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  return token && isCall(request) ? byToken(parts, token, response) : bySession(parts, request, response);
}

/** A browser never sends this header by itself, so there is no forgery to think of. */
async function byToken(
  { gatekeeper, now }: SignInParts,
  token: string,
  response: Response,
): Promise<Operator | undefined> {
  const verdict = forTheBoard(await gatekeeper.byToken(token), now());
  if (verdict.kind === 'admitted') return verdict.who;
  if (verdict.kind === 'unavailable')
    refuseCall(response, 'OMS_SECURITY_UNAVAILABLE', 'OIDM cannot be reached at the moment; try again shortly');
  else if (verdict.reason === 'forbidden')
    refuseCall(response, 'OMS_SCOPE_INSUFFICIENT', 'this needs a token with the scope oms.admin');
  else refuseCall(response, 'OMS_TOKEN_INVALID', 'the token is not valid, or not any more');
  return undefined;
}

async function bySession(
  { sessions, forgery }: SignInParts,
  request: Request,
  response: Response,
): Promise<Operator | undefined> {
  const cookie = sessionCookie(request);
  const session = await sessions.read(cookie);
  if (!session) {
    if (isCall(request)) refuseCall(response, 'OMS_SESSION_MISSING', 'sign in at /admin/sign-in, or send a token');
    else toSignIn(request, response, { hadCookie: cookie !== undefined });
    return undefined;
  }
  const given = isCall(request) ? request.get('x-xsrf-token') : request.body?.csrf;
  if (changesNothing(request) || forgery.isOwn(request, 'session', session.id, given))
    return { ...session, forgeryToken: forgery.tokenFor('session', session.id) };
  // In whose name it was tried.
  name(response, session);
  if (isCall(request))
    refuseCall(response, 'OMS_REQUEST_FORGED', 'the page is out of date, or not one of ours; load it again');
  else sendPage(request, response.status(403), outOfDatePage(pageBehind(request)));
  return undefined;
}

const changesNothing = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/** Not from a page, or for one, that somebody looks at: it gets an answer for programs. */
const isCall = (request: Request): boolean =>
  request.path.startsWith('/api/') || !(changesNothing(request) || isForm(request)) || !request.accepts('html');

const isForm = (request: Request): boolean =>
  request.method === 'POST' && Boolean(request.is('application/x-www-form-urlencoded'));

function toSignIn(request: Request, response: Response, { hadCookie }: { hadCookie: boolean }): void {
  const page = pageBehind(request);
  const query = new URLSearchParams({ ...(hadCookie && { ended: '' }), to: page });
  if (request.get('sec-fetch-site') !== 'cross-site') response.redirect(303, `/admin/sign-in?${query}`);
  else sendPage(request, response, onceMorePage(page));
}

const sendPage = (request: Request, response: Response, page: Html): void =>
  pageHeaders(request, response, () => void response.send(page.text));
