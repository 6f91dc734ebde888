import { randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { OAuthClient } from './clients.ts';
import { tokenRefused } from './failures.ts';
import { algorithm, type KeyRing } from './keys.ts';

export interface TokenWorld {
  keys: KeyRing;
  issuer: string;
  tokenSeconds: number;
  now: () => number;
  /** The `jti` of tokens that are not valid any more. */
  revoked: Set<string>;
}

const audience = 'oms';

/** The claims of a fresh token. */
export function claimsFor(client: OAuthClient, scopes: readonly string[], world: TokenWorld): JWTPayload {
  const iat = Math.floor(world.now() / 1_000);
  return {
    ...{ iss: world.issuer, aud: audience, sub: client.id, jti: randomUUID(), iat, exp: iat + world.tokenSeconds },
    ...{ client: client.id, scope: scopes.join(' '), domain: client.domain, roles: client.roles },
  };
}

/** Signs whatever it is given: tests want tokens that no honest client would get. */
export function sign(claims: JWTPayload, { keys }: TokenWorld, header: Record<string, unknown> = {}): Promise<string> {
  const { kid, privateKey } = keys.current;
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid, ...header }).sign(privateKey);
}

/**
 * What OIDM says of a token. As at the real one, the audience and the issuer are for the token's reader to judge.
 * @throws Refusal
 */
export async function validate(token: string, domain: string | undefined, world: TokenWorld): Promise<JWTPayload> {
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      const key = world.keys.find(kid);
      if (!key) throw tokenRefused(`there is no key ${kid}`);
      return key.publicKey;
    },
    { algorithms: [algorithm], currentDate: new Date(world.now()) },
  ).catch((error: Error) => {
    throw tokenRefused(error.message);
  });
  if (world.revoked.has(payload.jti ?? '')) throw tokenRefused('the token was revoked');
  if (domain !== undefined && domain !== payload.domain) throw tokenRefused('the token is of another domain');
  const { aud, client, domain: own, exp, iat, iss, jti, scope, sub } = payload;
  return { aud, client, domain: own, exp, iat, iss, jti, scope, sub } as JWTPayload;
}
