/** Who may call: tokens that OIDM signed, for this audience, with the scope of this service. */
import { hash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { boundedMap } from '../bounded-map.ts';
import { fail } from './failures.ts';

/** @throws Failure unless the token in the header is good */
export type CheckBearer = (authorization: string | undefined) => Promise<void> | void;

const audience = 'oms';
const scope = 'thunderhead';
const mostTokens = 1_000;

export function bearerChecker(oidm: string): CheckBearer {
  // A sandbox's OIDM may be restarted, and its keys with it, at any time.
  const keys = createRemoteJWKSet(new URL('/oauth2/rest/security', oidm), { cooldownDuration: 1_000 });
  /** Verifying a signature costs more than all the rest of a call. */
  const goodUntil = boundedMap<string, number>(mostTokens);

  const verify = async (token: string, known: string): Promise<void> => {
    const { payload } = await jwtVerify(token, keys, { audience, requiredClaims: ['exp'] }).catch((error: unknown) => {
      // Claims and signatures are judged by jose; whatever else went wrong kept us from judging.
      const judged = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
      if (judged && error.code !== 'ERR_JOSE_GENERIC') {
        throw unauthorized('invalid_token', error.message);
      }
      throw fail('NO_KEYS');
    });
    const scopes = [payload.scope ?? ''].flat().join(' ').split(' ');
    if (!scopes.includes(scope)) {
      throw fail('FORBIDDEN', { headers: challenge(`error="insufficient_scope", scope="${scope}"`) });
    }
    goodUntil.set(known, (payload.exp ?? 0) * 1000);
  };

  return (authorization) => {
    const token = /^Bearer ([^\s,]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthorized();
    const known = hash('sha256', token, 'base64');
    const until = goodUntil.get(known);
    return until !== undefined && Date.now() < until ? undefined : verify(token, known);
  };
}

const challenge = (more: string) => ({ 'WWW-Authenticate': `Bearer realm="thunderhead"${more && `, ${more}`}` });

const unauthorized = (error = '', message?: string) =>
  fail('UNAUTHORIZED', { message, headers: challenge(error && `error="${error}"`) });
