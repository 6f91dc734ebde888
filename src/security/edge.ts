import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { Problem } from '#src/api/problem.ts';
import { textOf } from './auth-headers.ts';
import { tokenInvalid } from './bearer.ts';
import type { Caller } from './caller.ts';

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

const unknownCaller = (): Problem =>
  new Problem('OMS_TOKEN_MISSING', 'send a bearer token, through the edge', {
    headers: { 'www-authenticate': 'Bearer realm="oms"' },
  });

function refuse(): never {
  throw unknownCaller();
}

/** Whether an address belongs to one of the networks. An IPv4 address is the same when IPv6 carries it: `::ffff:10.0.0.1`. */
export function addressIn(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
    return plain !== '' && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
}
