import { describe, expect, test } from '@jest/globals';
import { callableAddresses } from '#src/callbacks/addresses.ts';
import { callbackAllowance } from '#src/callbacks/allowance.ts';
import { callbackHost } from '#src/callbacks/callback-host.ts';

const hosts: Record<string, readonly string[]> = {
  arcade: ['hooks.example.com', '*.arcade.example.com', 'hooks.example.com:8443'],
  careless: ['169.254.169.254', '[::ffff:a9fe:a9fe]', '127.0.0.1', 'localhost', '*.254'],
};
const reference = {
  find: async (_: string, code: string) =>
    hosts[code] && { code, description: '', attributes: { callbackHosts: hosts[code] } },
};
const allowance = (settings: { key?: string | undefined; plainHttp?: boolean } = {}) =>
  callbackAllowance(
    { reference, clock: { now: () => new Date() }, addresses: callableAddresses([]) },
    { key: 'k'.repeat(32), plainHttp: false, ...settings },
  );

test.each([
  'https://hooks.example.com',
  'https://hooks.example.com:443/path?query=1',
  'https://HOOKS.Example.COM/',
  'https://hooks.example.com:8443/',
  'https://eu.arcade.example.com/',
  'https://a.b.arcade.example.com/',
])('%s may be called', async (url) => expect(await allowance()(url, 'arcade')).toBeUndefined());

describe('refused, and the reason names it', () => {
  test.each([
    ['http://hooks.example.com/', /https/],
    ['ftp://hooks.example.com/', /https/],
    ['file:///etc/passwd', /https/],
    ['javascript:alert(1)', /https/],
    ['hooks.example.com', /not a URL/],
    ['//hooks.example.com/', /not a URL/],
    ['https://user@hooks.example.com/', /name or a password/],
    ['https://:secret@hooks.example.com/', /name or a password/],
    ['https://hooks.example.com@evil.example/', /name or a password/],
    ['https://hooks.example.com/#part', /fragment/],
    ['https://hooks.example.com/#', /fragment/],
    ['https://hooks.example.com:444/', /not one of the hosts/],
    ['https://eu.arcade.example.com:8443/', /not one of the hosts/],
    ['https://arcade.example.com/', /not one of the hosts/],
    ['https://evilarcade.example.com/', /not one of the hosts/],
    ['https://hooks.example.com.evil.example/', /not one of the hosts/],
    ['https://hooks.example.com./', /not one of the hosts/],
    ['https://evil.example/?https://hooks.example.com/', /not one of the hosts/],
    [`https://hooks.example.com/${'x'.repeat(2_000)}`, /2000 characters/],
  ])('%s', async (url, why) => {
    expect(await allowance()(url, 'arcade')).toMatch(why);
  });

  test('a host of another client, and any host of a client without a row', async () => {
    expect(await allowance()('https://hooks.example.com/', 'cibt')).toMatch(/not one of the hosts/);
  });

  test.each([
    'https://169.254.169.254/latest/meta-data/',
    'https://[::ffff:169.254.169.254]/',
    'https://127.0.0.1/',
    // Spellings of the same addresses.
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://0251.0376.0251.0376/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://①②⑦.0.0.1/',
  ])('%s, even when somebody put it on the list', async (url) => {
    expect(await allowance()(url, 'careless')).toMatch(/private address/);
  });

  test('everything, when there is no key to sign with', async () => {
    expect(await allowance({ key: undefined })('https://hooks.example.com/', 'arcade')).toMatch(/not configured/);
  });
});

describe('an entry of the list', () => {
  test.each([
    ['hooks.example.com:443', 'https://hooks.example.com/'],
    ['HOOKS.example.com', 'https://hooks.example.com/'],
    ['*.example.com:8443', 'https://eu.example.com:8443/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['93.184.215.14:9999', 'https://93.184.215.14:9999/'],
    ['[2606:4700::1111]:80', 'https://[2606:4700:0::1111]:80/'],
  ])('%s names %s, and may stand in the row', async (entry, url) => {
    hosts.lister = [entry];
    expect(callbackHost.validate(entry).error).toBeUndefined();
    expect(await allowance()(url, 'lister')).toBeUndefined();
  });

  test.each([
    ...['', '*', '*.', '*.*.example.com', 'a.*.example.com', '*.127.0.0.1', '*.254', '*.[::1]', '::1', '[::1', '[x]'],
    ...['a b', 'a/b', 'https://a.example', 'user@a.example', 'a.example?', 'a.example#', 'a.example:', 'a.example:0'],
    ...['a.example:65536', 'a.example:http', '999.0.0.1'],
  ])('%j is none', (entry) => {
    expect(callbackHost.validate(entry).error).toBeDefined();
  });
});

test('plain http is for development, and only on its own port', async () => {
  const plain = allowance({ plainHttp: true });
  expect(await plain('http://hooks.example.com/', 'arcade')).toBeUndefined();
  expect(await plain('http://hooks.example.com:443/', 'arcade')).toMatch(/not one of the hosts/);
});
