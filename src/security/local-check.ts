import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, errors, jwksCache, jwtVerify } from 'jose';
import type { SecurityConfig } from '#src/config/security.ts';
import { type Claims, readClaims } from './claims.ts';
import type { Oidm } from './oidm.ts';
import { NoAnswer, Refused } from './verdict.ts';

/** What can be known of a token without asking whether OIDM still stands by it. */
export interface LocalCheck {
  /** Reads without believing. @throws Refused when it is no token that could ever be good */
  peek(token: string): Peeked;
  /** Signature, issuer, audience, times, domain, scope. @throws Refused, NoAnswer when the keys cannot be had */
  check(token: string, peeked: Peeked): Promise<Claims>;
}

export interface Peeked {
  domain: unknown;
  /** The check will need no answer from OIDM. */
  keyAtHand: boolean;
}

/** Asymmetric ones only: with a symmetric one, whoever can verify could sign. */
const algorithms = [...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'], ...['ES256', 'ES384', 'ES512', 'EdDSA']];

/**
 * A key that is not known is looked for at most so often, however many strangers' keys are named to us. A rotated key
 * is known after this time at the latest.
 */
const keysCooldownMs = 5_000;

export interface LocalCheckOptions {
  now: () => number;
  keysCooldownMs?: number;
}

export function localCheck(config: SecurityConfig, oidm: Pick<Oidm, 'keys'>, options: LocalCheckOptions): LocalCheck {
  const cache: { jwks?: { keys: { kid?: string }[] }; uat?: number } = {};
  // The address is for jose's eyes; the call is OIDM's client's, with its time-out and its breaker.
  const keys = createRemoteJWKSet(new URL(config.oidmUrl + config.oidmKeysPath), {
    cooldownDuration: options.keysCooldownMs ?? keysCooldownMs,
    [jwksCache]: cache as Record<string, never>,
    [customFetch]: async () => new Response(await oidm.keys()),
  });
  const mayCome = { domains: new Set(config.domains), scopes: new Set(config.requiredScopes) };

  return {
    peek(token) {
      const { alg, kid } = decoded(decodeProtectedHeader, token);
      if (!algorithms.includes(alg ?? ''))
        throw new Refused('invalid', 'the algorithm of its signature is not allowed');
      if (typeof kid !== 'string') throw new Refused('invalid', 'it names no key');
      const known = cache.jwks?.keys.some((key) => key.kid === kid) ?? false;
      return {
        domain: decoded(decodeJwt, token).domain,
        keyAtHand: keys.reloading || (keys.fresh && (known || keys.coolingDown)),
      };
    },
    async check(token, { keyAtHand }) {
      // At once, so that whoever peeks next finds the keys on their way. jose joins in; a failure it meets itself.
      if (!keyAtHand) keys.reload().catch(() => undefined);
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer: config.issuer,
        audience: config.audience,
        clockTolerance: config.leewaySeconds,
        requiredClaims: ['exp'],
        currentDate: new Date(options.now()),
      }).catch((error) => {
        throw refusalOf(error);
      });
      const claims = readClaims(payload);
      if (!mayCome.domains.has(claims.domain))
        throw new Refused('forbidden', 'it is of a domain that may not come here');
      if (!claims.scope.some((scope) => mayCome.scopes.has(scope)))
        throw new Refused('forbidden', 'it has none of the scopes of this system');
      return claims;
    },
  };
}

function decoded<T>(decode: (token: string) => T, token: string): T {
  try {
    return decode(token);
  } catch {
    throw new Refused('invalid', 'it is not a JSON Web Token');
  }
}

/** What jose found wrong with the token is a refusal; what it found wrong with the key set is OIDM's matter. */
function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWKSNoMatchingKey) return new Refused('invalid', 'its key is not one of OIDM');
  if (error instanceof errors.JWKSInvalid || error instanceof errors.JWKSMultipleMatchingKeys)
    return new NoAnswer('the keys of OIDM cannot be used');
  // Their messages name claims and header parameters, and hold no values.
  if (error instanceof errors.JWTExpired) return new Refused('invalid', 'it has expired');
  if (error instanceof errors.JOSEError && /^ERR_(JWT|JWS|JOSE_ALG|JOSE_NOT)/.test(error.code))
    return new Refused('invalid', error.message);
  return error instanceof NoAnswer ? error : new NoAnswer('the keys of OIDM cannot be read');
}
