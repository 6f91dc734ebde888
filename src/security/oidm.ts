import { ConsecutiveBreaker, ConstantBackoff, circuitBreaker, handleType, type IPolicy, retry, wrap } from 'cockatiel';
import { Pool } from 'undici';
import type { SecurityConfig } from '#src/config/security.ts';
import type { Logger } from '#src/platform/log.ts';
import { NoAnswer } from './verdict.ts';

/**
 * What we ask of OIDM (DOMAIN: section 3). Every call has a time-out, one retry, and a circuit breaker around
 * those of its kind: whoever makes one kind fail, and anybody can at the sign-in page, stops no other.
 */
export interface Oidm extends AsyncDisposable {
  /** What OIDM says of the token; undefined: it does not accept it. @throws NoAnswer */
  validate(token: string, domain: string): Promise<unknown>;
  /** The key set, as JSON. @throws NoAnswer */
  keys(): Promise<string>;
  /** A token for a client of OIDM; undefined: OIDM does not know it, or not with this secret. @throws NoAnswer */
  issueToken(clientId: string, secret: string): Promise<IssuedToken | undefined>;
}

export interface IssuedToken {
  token: string;
  expiresInSeconds: number;
}

/** For so long nobody asks an OIDM that did not answer; whoever would have to is told to come back after it. */
export const restSeconds = 5;
const failuresInARow = 5;
const mostBytes = 256 * 1024;

interface Answer {
  status: number;
  text: string;
}

type Request = Parameters<Pool['request']>[0];

/** A client of its own connections; disposing of it closes them. */
export function openOidm(config: SecurityConfig, log: Pick<Logger, 'error' | 'info'>): Oidm {
  const { origin, pathname } = new URL(config.oidmUrl);
  const base = pathname.replace(/\/$/, '');
  const timeoutMs = config.oidmTimeoutMs;
  const pool = new Pool(origin, { connections: 64, maxResponseSize: mostBytes, connect: { timeout: timeoutMs } });
  const guards = {
    validate: guard('about tokens: none is let in that is not known already', log),
    keys: guard('with its keys: no token is let in whose key is not known already', log),
    issue: guard('with new tokens: neither for us nor for who signs in to the board', log),
  };

  const ask = (kind: keyof typeof guards, request: Request, understood: readonly number[]): Promise<Answer> =>
    guards[kind]
      .execute(async () => {
        const answer = await send(pool, { ...request, path: base + request.path }, timeoutMs);
        if (understood.includes(answer.status)) return answer;
        throw new NoAnswer(`OIDM answered ${answer.status}`);
      })
      .catch((error: Error) => {
        throw error instanceof NoAnswer ? error : new NoAnswer('OIDM is being left alone for a moment');
      });

  return {
    async validate(token, domain) {
      const headers = { authorization: `Bearer ${token}`, 'x-oauth-identity-domain-name': domain };
      const { status, text } = await ask(
        'validate',
        { method: config.oidmVerifyMethod, path: config.oidmVerifyPath, headers },
        [200, 400, 401],
      );
      return status === 200 ? parsed(text) : undefined;
    },
    async keys() {
      return (await ask('keys', { method: 'GET', path: config.oidmKeysPath }, [200])).text;
    },
    async issueToken(clientId, secret) {
      const { status, text } = await ask(
        'issue',
        {
          method: 'POST',
          path: config.oidmTokenPath,
          headers: { authorization: basic(clientId, secret), 'content-type': 'application/x-www-form-urlencoded' },
          body: 'grant_type=client_credentials',
        },
        [200, 400, 401],
      );
      if (status !== 200) return undefined;
      const { access_token: token, expires_in: expiresInSeconds } = parsed(text) as Record<string, unknown>;
      if (typeof token !== 'string' || typeof expiresInSeconds !== 'number') throw new NoAnswer('OIDM gave no token');
      return { token, expiresInSeconds };
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

/** `what` is for the log: what OIDM does not answer, and what comes of it. */
function guard(what: string, log: Pick<Logger, 'error' | 'info'>): IPolicy {
  const breaker = circuitBreaker(handleType(NoAnswer), {
    halfOpenAfter: restSeconds * 1_000,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });
  breaker.onBreak((failure) => {
    const reason = 'error' in failure ? (failure.error as NoAnswer).message : undefined;
    log.error({ reason }, `OIDM does not answer ${what}`);
  });
  breaker.onReset(() => log.info('OIDM answers again'));
  return wrap(retry(handleType(NoAnswer), { maxAttempts: 1, backoff: new ConstantBackoff(50) }), breaker);
}

async function send(pool: Pool, request: Request, timeoutMs: number): Promise<Answer> {
  try {
    const { statusCode, body } = await pool.request({ ...request, signal: AbortSignal.timeout(timeoutMs) });
    return { status: statusCode, text: await body.text() };
  } catch (error) {
    throw new NoAnswer(`OIDM did not answer: ${reasonOf(error, timeoutMs)}`);
  }
}

/** A DOMException's `code` is a number (23 is a time-out), those of Node and undici are words. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { code, name } = error as { code?: string | number; name: string };
  if (name === 'TimeoutError' || /TIMEOUT/.test(String(code))) return `no answer within ${timeoutMs} ms`;
  return typeof code === 'string' ? code : name;
}

/** RFC 6749, section 2.3.1. */
const basic = (clientId: string, secret: string): string =>
  `Basic ${Buffer.from([clientId, secret].map(encodeURIComponent).join(':')).toString('base64')}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer('OIDM answered something that is not JSON');
  }
}
