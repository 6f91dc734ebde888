import type { IncomingMessage } from 'node:http';
import { addressIn } from '#src/platform/networks.ts';
import { textOf } from './auth-headers.ts';
import type { Caller } from './caller.ts';
import { tokenInvalid, tokenMissing } from './challenges.ts';

export interface EdgeTrust {
  /** Addresses or networks of those whose word is taken: `10.0.0.0/8`, `::1`. */
  trustedProxies: readonly string[];
  /** `X-Auth-` */
  headerPrefix: string;
  /** How long after its end the Security Service still takes a token. */
  leewaySeconds: number;
}

/**
 * The caller as the edge names it, after the Security Service vouched for the token (DOMAIN: `GET /internal/auth/verify`).
 * Believed only from an address of ours: whoever else reaches this port is a stranger, whatever its headers say.
 *
 * @throws Problem OMS_TOKEN_MISSING, or OMS_TOKEN_INVALID when the token has ended on its way
 */
export function edgeAuthentication(trust: EdgeTrust): (request: IncomingMessage) => Promise<Caller> {
  const isTrusted = addressIn(trust.trustedProxies);
  const prefix = trust.headerPrefix.toLowerCase();
  return async ({ headersDistinct, socket }) => {
    if (!isTrusted(socket.remoteAddress ?? '')) throw unknownCaller();
    /** A header that came twice is somebody's attempt to have it both ways. */
    const lineOf = (name: string): string => {
      const [line = '', ...more] = headersDistinct[prefix + name] ?? [];
      if (more.length > 0) throw unknownCaller();
      return line.trim();
    };
    const said = (name: string): string => textOf(lineOf(name)) || refuse();
    const words = (name: string): string[] => lineOf(name).split(' ').filter(Boolean).map(textOf);
    const expiresAt = new Date(Number(said('expires')) * 1_000);
    // Not a number is not after anything.
    if (!(expiresAt.getTime() + trust.leewaySeconds * 1_000 > Date.now())) throw tokenInvalid('the token has expired');
    return {
      ...{ subject: said('subject'), client: said('client'), domain: said('domain'), expiresAt },
      scopes: new Set(words('scopes')),
      roles: words('roles'),
    };
  };
}

const unknownCaller = () => tokenMissing('send a bearer token, through the edge');

function refuse(): never {
  throw unknownCaller();
}
