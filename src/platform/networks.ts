import { BlockList, isIPv6 } from 'node:net';

/**
 * Whether an address belongs to one of the networks: `10.0.0.0/8`, or `::1` for one address alone. An IPv4 address is the
 * same when IPv6 carries it (`::ffff:10.0.0.1`); the zone of a link-local one does not count. What is no address is in none.
 */
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
