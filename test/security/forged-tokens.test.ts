import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { assembled, type Gate, inSeconds, openGate } from './gate.ts';

/** Whoever has a good token of his own, the public keys and all the time in the world. */
let gate: Gate;
let good: string;
let header: { alg?: string; kid?: string };
let claims: object;
let publicKey: JsonWebKey & { kid: string };

beforeAll(async () => {
  gate = await openGate();
  good = await gate.oidm.token('arcade');
  header = decodeProtectedHeader(good);
  claims = decodeJwt(good);
  const { keys } = (await (await fetch(`${gate.oidm.url}/oauth2/rest/security`)).json()) as { keys: never[] };
  publicKey = keys[0] as never;
  expect(await gate.verdict(good)).toBe('valid');
});
afterAll(async () => {
  await gate?.[Symbol.asyncDispose]();
});

const parts = () => good.split('.') as [string, string, string];

/** What is refused here is refused before OIDM hears of it. */
async function refusedUnasked(token: string, reason: RegExp | string): Promise<void> {
  const before = await gate.asked();
  expect(await gate.verdict(token)).toMatch(reason);
  expect(await gate.asked()).toBe(before);
}

describe('a forged token is refused, and OIDM is not troubled', () => {
  test.each(['none', 'None', 'nOnE', ''])('no signature, alg %j', (alg) =>
    refusedUnasked(assembled({ ...header, alg }, claims), 'algorithm'),
  );

  test('HS256, with the public key as the secret', async () => {
    const pem = createPublicKey({ key: publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [pem, publicKey.n ?? '', JSON.stringify(publicKey)]) {
      const unsigned = assembled({ ...header, alg: 'HS256' }, claims).replace(/\.$/, '');
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
      await refusedUnasked(`${unsigned}.${signature}`, 'algorithm');
    }
  });

  test('other claims under the signature of a good token', () =>
    refusedUnasked(assembled(header, { ...claims, scope: 'oms.admin' }, parts()[2]), 'signature verification failed'));

  test('a signature with a bit changed', async () => {
    const signature = Buffer.from(parts()[2], 'base64url');
    signature[7] = (signature[7] as number) ^ 1;
    await refusedUnasked(assembled(header, parts()[1], signature), 'signature verification failed');
  });

  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signedByStranger = (head: object) => {
    const unsigned = assembled(head, claims).replace(/\.$/, '');
    return `${unsigned}.${sign('sha256', Buffer.from(unsigned), own.privateKey).toString('base64url')}`;
  };

  test('signed with another key, under the name of OIDM’s', () =>
    refusedUnasked(signedByStranger(header), 'signature verification failed'));

  test('a key that the token itself brings, or says where to find', async () => {
    const jwk = own.publicKey.export({ format: 'jwk' });
    await refusedUnasked(signedByStranger({ ...header, jwk }), 'signature verification failed');
    await refusedUnasked(
      signedByStranger({ ...header, jku: 'http://127.0.0.1:1/keys' }),
      'signature verification failed',
    );
    await refusedUnasked(signedByStranger({ alg: 'RS256', jwk }), 'it names no key');
  });

  test('another asymmetric algorithm than the key is for', () =>
    refusedUnasked(assembled({ ...header, alg: 'ES256' }, claims, randomBytes(64)), 'its key is not one of OIDM'));

  test('an extension that must be understood, and is not', () =>
    refusedUnasked(signedByStranger({ ...header, crit: ['exp'] }), /^invalid/));

  test.each([
    ['nothing', ''],
    ['one word', 'token'],
    ['two parts', 'e30.e30'],
    ['five parts', 'e30.e30.e30.e30.e30'],
    ['parts that are no JSON', 'aaaa.bbbb.cccc'],
    ['a header that is no object', `${Buffer.from('[]').toString('base64url')}.e30.e30`],
  ])('%s', async (_, token) => {
    await refusedUnasked(token, /^invalid/);
  });

  test('longer than 8 KB: it is not even looked at', async () => {
    await refusedUnasked(assembled(header, { ...claims, filler: 'x'.repeat(8_192) }, parts()[2]), 'longer than 8192');
    await refusedUnasked('a'.repeat(1_048_576), 'longer than 8192');
  });
});

describe('a key that nobody knows', () => {
  test('is looked for, and the token refused', async () => {
    expect(await gate.verdict(assembled({ ...header, kid: 'nobody' }, claims, parts()[2]))).toMatch(
      'its key is not one of',
    );
  });

  test('a flood of them is not passed on to OIDM', async () => {
    await using other = await openGate({ keysCooldownMs: 60_000 });
    expect(await other.verdict(await other.oidm.token('arcade'))).toBe('valid');
    const flood = Array.from({ length: 500 }, (_, index) =>
      assembled({ ...header, kid: `stranger-${index}` }, claims, randomBytes(256)),
    );
    const verdicts = await Promise.all(flood.map((token) => other.verdict(token)));
    expect(new Set(verdicts)).toEqual(new Set(['invalid: its key is not one of OIDM']));
    expect(await other.oidm.calls()).toMatchObject({ keys: 1, validate: 1 });
    expect(await other.verdict(await other.oidm.token('cibt'))).toBe('valid');
  });

  test.each(['before any key is known', 'when it is time to look for new ones'])(
    '%s, a flood costs OIDM one question',
    async (when) => {
      const known = when !== 'before any key is known';
      await using other = await openGate({ keysCooldownMs: known ? 0 : 60_000 });
      if (known) expect(await other.verdict(await other.oidm.token('arcade'))).toBe('valid');
      const before = await other.asked();
      const flood = Array.from({ length: 200 }, (_, index) =>
        assembled({ ...header, kid: `stranger-${index}` }, claims, randomBytes(256)),
      );
      await Promise.all(flood.map((token) => other.verdict(token)));
      expect((await other.asked()) - before).toBeLessThanOrEqual(1);
      expect((await other.oidm.calls()).keys).toBeLessThanOrEqual(known ? 3 : 1);
    },
  );
});

test('every claim of time and identity must be there', async () => {
  for (const claim of ['exp', 'sub', 'jti', 'client', 'domain', 'aud', 'iss', 'scope'])
    expect([claim, await gate.verdict(await gate.oidm.issue('arcade', { [claim]: null as never }))]).toEqual([
      claim,
      expect.stringMatching(new RegExp(`^invalid: .*${claim}`)),
    ]);
});

test('a claim of another type is not taken for what it might mean', async () => {
  const odd = {
    exp: String(inSeconds(600)),
    sub: { $ne: '' },
    client: ['arcade'],
    domain: ['OMSDomain'],
    scope: { oms: 1 },
  };
  for (const [claim, value] of Object.entries(odd))
    expect([claim, await gate.verdict(await gate.oidm.issue('arcade', { [claim]: value as never }))]).toEqual([
      claim,
      expect.stringMatching(/^invalid/),
    ]);
});
