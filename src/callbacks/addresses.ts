import { isIP } from 'node:net';
import { addressIn } from '#src/platform/networks.ts';

/** The addresses that a callback may go to. */
export interface Addresses {
  allows(address: string): boolean;
}

/** IPv4 that is nobody's on the Internet, or somebody's in this house (IANA special-purpose registry, RFC 6890). */
const specialV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/**
 * Of IPv6 only what is handed out as global unicast. Loopback, unspecified, link-local, unique local, multicast, and IPv4
 * in IPv6 clothes (mapped, NAT64) are all outside of it.
 */
const globalV6 = ['2000::/3'];
/** Within it: protocol assignments (Teredo among them), documentation, and 6to4, which carries an IPv4 address. */
const specialV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Public addresses, and the private ones that the configuration names. */
export function callableAddresses(privateOnes: readonly string[]): Addresses {
  const isPermitted = addressIn(privateOnes);
  const isSpecial = addressIn([...specialV4, ...specialV6]);
  const isGlobalV6 = addressIn(globalV6);
  return {
    allows(given) {
      // The zone of a link-local address.
      const address = given.replace(/%.*$/, '');
      const family = isIP(address);
      if (family === 0) return false;
      if (isPermitted(address)) return true;
      return (family === 4 || isGlobalV6(address)) && !isSpecial(address);
    },
  };
}
