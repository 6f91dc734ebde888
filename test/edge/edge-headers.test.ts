import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { addressIn } from '#src/platform/networks.ts';
import { headersOf } from '#src/security/auth-headers.ts';
import type { Caller } from '#src/security/caller.ts';
import { edgeAuthentication } from '#src/security/edge.ts';

const trust = { trustedProxies: ['10.0.0.0/8', '::1', 'fd00::/8'], headerPrefix: 'X-Auth-', leewaySeconds: 30 };
const authenticate = edgeAuthentication(trust);

const caller: Caller = {
  ...{ subject: 'Åse Bjørnøy', client: 'arcade', domain: 'OMSDomain', roles: ['a b', 'c'] },
  ...{ scopes: new Set(['oms.request', 'oms.read']), expiresAt: new Date('2099-01-01') },
};

/** What Node makes of a request from there, with these header lines. */
const from = (remoteAddress: string, lines: Record<string, string | string[] | undefined>): IncomingMessage => {
  const given = Object.entries(lines).filter(([, value]) => value !== undefined);
  const headersDistinct = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), [value].flat()]));
  return { socket: { remoteAddress }, headersDistinct } as unknown as IncomingMessage;
};
const said = headersOf(caller, 'X-Auth-');

describe('the caller as the edge names it', () => {
  test('is who the Security Service said, whatever the names are', async () => {
    expect(await authenticate(from('10.1.2.3', said))).toEqual(caller);
  });

  test('may be without roles', async () => {
    expect(await authenticate(from('10.1.2.3', { ...said, 'X-Auth-Roles': undefined }))).toMatchObject({ roles: [] });
  });

  test.each(['Subject', 'Client', 'Domain', 'Expires'])('must have %s, and once', async (name) => {
    const header = `X-Auth-${name}`;
    for (const value of [undefined, '', ' ', [said[header] as string, 'root']])
      await expect(authenticate(from('10.1.2.3', { ...said, [header]: value }))).rejects.toMatchObject({
        status: 401,
        code: 'OMS_TOKEN_MISSING',
      });
  });

  test.each(['Scopes', 'Roles'])('has %s at most once', async (name) => {
    const twice = { ...said, [`X-Auth-${name}`]: ['oms.request', 'oms.admin'] };
    await expect(authenticate(from('10.1.2.3', twice))).rejects.toMatchObject({ status: 401 });
  });

  test.each([-31, Number.NaN, Number.NEGATIVE_INFINITY])('a token that ended %d s ago is refused', async (seconds) => {
    const expires = String(Math.floor(Date.now() / 1_000) + seconds);
    await expect(authenticate(from('10.1.2.3', { ...said, 'X-Auth-Expires': expires }))).rejects.toMatchObject({
      code: 'OMS_TOKEN_INVALID',
    });
  });

  test('one that ended within the leeway is not', async () => {
    const expires = String(Math.floor(Date.now() / 1_000) - 5);
    await authenticate(from('10.1.2.3', { ...said, 'X-Auth-Expires': expires }));
  });
});

describe('an address', () => {
  const isTrusted = addressIn(trust.trustedProxies);
  test.each(['10.0.0.1', '10.255.255.255', '::ffff:10.0.0.1', '::FFFF:10.0.0.1', '::1', 'fd12:3456::1'])(
    '%s is ours',
    (address) => expect(isTrusted(address)).toBe(true),
  );
  test.each(['11.0.0.1', '::ffff:11.0.0.1', '127.0.0.1', '::2', 'fe80::1%eth0', '', 'nonsense', '10.0.0.1.evil'])(
    '%j is not',
    (address) => expect(isTrusted(address)).toBe(false),
  );
  test('nobody is ours when nobody is named', () => expect(addressIn([])('127.0.0.1')).toBe(false));
});
