import { expect, test } from '@jest/globals';
import { callableAddresses } from '#src/callbacks/addresses.ts';

const nobodys = callableAddresses([]);

test.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
  'the public address %s may be called',
  (address) => expect(nobodys.allows(address)).toBe(true),
);

test.each([
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.170', '192.0.2.1', '198.18.0.1', '203.0.113.9'],
  ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1'],
  // IPv4 in IPv6 clothes: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo.
  ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::ffff:1.1.1.1', '::127.0.0.1', '64:ff9b::a9fe:a9fe'],
  ...['64:ff9b:1::7f00:1', '2002:7f00:1::1', '2001:0:7f00:1::1', '2001:db8::1', '3fff::1', '100::1'],
  ...['', 'localhost', '127.1', '0x7f000001', '2130706433'],
])('%s may not', (address) => expect(nobodys.allows(address)).toBe(false));

test('what the configuration names may be called, and nothing beside it', () => {
  const some = callableAddresses(['10.1.0.0/16', '127.0.0.1', 'fd00::/8']);
  for (const address of ['10.1.2.3', '127.0.0.1', 'fd12::1']) expect(some.allows(address)).toBe(true);
  for (const address of ['10.2.0.1', '127.0.0.2', 'fc00::1', '169.254.169.254', '::1'])
    expect(some.allows(address)).toBe(false);
});
