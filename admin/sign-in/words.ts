import type { Verdict } from './gatekeeper.ts';

/** What the sign-in page says, by what went wrong, with its status. In plain words: the reader wants to get on. */
export interface Failure {
  status: 400 | 401 | 403 | 429 | 503;
  error: string;
  /** Seconds until it is worth trying again. */
  retryAfter?: number;
}

export const incomplete: Failure = { status: 400, error: 'Fill in the client and its secret, or paste a token.' };

export const forged: Failure = {
  status: 403,
  error: 'This page had been open for too long, or cookies are blocked. Nothing was sent on; please try again.',
};

export const tooMany = (seconds: number): Failure => ({
  status: 429,
  error: `Too many attempts. Please wait ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`} and try again.`,
  retryAfter: seconds,
});

export function failureOf(verdict: Exclude<Verdict, { kind: 'admitted' }>, way: 'client' | 'token'): Failure {
  if (verdict.kind === 'unavailable')
    return {
      status: 503,
      error: 'OIDM cannot be reached at the moment, so nobody can sign in. Please try again shortly.',
      retryAfter: 5,
    };
  if (verdict.reason === 'forbidden')
    return {
      status: 403,
      error: 'You are known, but the board is not for you: your token lacks the scope oms.admin.',
    };
  return {
    status: 401,
    error:
      way === 'token'
        ? 'This token is not valid: it may have expired, or not all of it was copied.'
        : 'The client or the secret is wrong.',
  };
}
