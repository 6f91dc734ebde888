import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { eventually } from '#test/support/services.ts';
import { type Gate, inSeconds, openGate } from './gate.ts';

describe('a token of OIDM', () => {
  test('tells who calls, with scope and aud as a string or as a list', async () => {
    await using gate = await openGate();
    for (const [scope, aud] of [
      ['oms.request other', 'oms'],
      [
        ['oms.request', 'other'],
        ['elsewhere', 'oms'],
      ],
    ]) {
      const token = await gate.oidm.issue('arcade', { scope, aud, roles: ['a', 'b'] } as never);
      const { exp = 0 } = decodeJwt(token);
      expect(await gate.verify(token)).toEqual({
        kind: 'valid',
        until: expect.any(Number),
        caller: {
          ...{ subject: 'arcade', client: 'arcade', domain: 'OMSDomain', roles: ['a', 'b'] },
          scopes: new Set(['oms.request', 'other']),
          expiresAt: new Date(exp * 1_000),
        },
      });
    }
  });

  test.each([
    ['of another issuer', { iss: 'https://elsewhere.example/oauth2' }, 'invalid: unexpected "iss" claim value'],
    ['for another audience', { aud: 'billing' }, 'invalid: unexpected "aud" claim value'],
    ['for other audiences', { aud: ['billing', 'oms2'] }, 'invalid: unexpected "aud" claim value'],
    ['of another domain', { domain: 'Elsewhere' }, /^forbidden: .*domain/],
    ['with no scope of ours', { scope: 'billing.read' }, /^forbidden: .*scopes/],
    ['with no scope of ours, in a list', { scope: ['billing.read'] }, /^forbidden: .*scopes/],
    ['with no scope at all', { scope: '' }, /^forbidden: .*scopes/],
    ['with a scope that only begins like ours', { scope: 'oms.request.more oms.rea' }, /^forbidden: .*scopes/],
    ['with two scopes that pass for one', { scope: ['other oms.admin'] }, /^invalid: .*scope/],
  ])('%s is refused', async (_, claims, reason) => {
    await using gate = await openGate();
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    const before = await gate.asked();
    expect(await gate.verdict(await gate.oidm.issue('arcade', claims as never))).toMatch(reason);
    expect(await gate.asked()).toBe(before);
  });

  test('is taken for the domains that are configured', async () => {
    await using gate = await openGate({ settings: { TOKEN_DOMAINS: 'Other,OMSDomain' } });
    expect(await gate.verdict(await gate.oidm.issue('arcade', { domain: 'Other' }))).toBe('valid');
    expect(await gate.verdict(await gate.oidm.issue('arcade', { domain: 'Third' }))).toMatch(/^forbidden/);
  });

  test('is taken from the issuer that is configured', async () => {
    await using gate = await openGate({ settings: { TOKEN_ISSUER: 'https://login.example' } });
    expect(await gate.verdict(await gate.oidm.issue('arcade', { iss: 'https://login.example' }))).toBe('valid');
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toMatch(/iss/);
  });
});

/** OIDM's own clock is elsewhere, so that what decides is ours. */
describe('clocks that do not agree', () => {
  const behind = { oidm: { now: () => Date.now() - 120_000 } };
  const ahead = { oidm: { now: () => Date.now() + 120_000 } };

  test('a token that expired 28 s ago still passes, one of 31 s ago does not', async () => {
    await using gate = await openGate(behind);
    expect(await gate.verdict(await gate.oidm.issue('arcade', { exp: inSeconds(-28) }))).toBe('valid');
    expect(await gate.verdict(await gate.oidm.issue('arcade', { exp: inSeconds(-31) }))).toBe(
      'invalid: it has expired',
    );
  });

  test('a token that begins in 28 s passes, one that begins in 32 s does not', async () => {
    await using gate = await openGate(ahead);
    expect(await gate.verdict(await gate.oidm.issue('arcade', { nbf: inSeconds(28) }))).toBe('valid');
    expect(await gate.verdict(await gate.oidm.issue('arcade', { nbf: inSeconds(32) }))).toMatch(/^invalid: "nbf"/);
  });

  test('the leeway is configured, and a token in it is not kept', async () => {
    await using gate = await openGate({ ...behind, settings: { TOKEN_LEEWAY_SECONDS: '15' } });
    expect(await gate.verdict(await gate.oidm.issue('arcade', { exp: inSeconds(-20) }))).toBe(
      'invalid: it has expired',
    );
    const late = await gate.oidm.issue('arcade', { exp: inSeconds(-2) });
    const asked = await gate.asked();
    expect([await gate.verdict(late), await gate.verdict(late)]).toEqual(['valid', 'valid']);
    expect(await gate.asked()).toBe(asked + 2);
  });
});

describe('what OIDM says', () => {
  test('it is asked about the token once, in the domain of the token, and never in the address', async () => {
    await using gate = await openGate();
    const token = await gate.oidm.token('arcade');
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => gate.verdict(token)));
    expect(new Set(verdicts)).toEqual(new Set(['valid']));
    expect(await gate.oidm.calls()).toEqual({ token: 1, keys: 1, validate: 1 });
  });

  test.each([
    ['/oauth2/rest/rest/token', 'GET'],
    ['/oauth2/rest/rest/token', 'POST'],
    ['/oauth2/rest/token/info', 'GET'],
    ['/oauth2/rest/token/info', 'POST'],
  ])('at %s, by %s', async (OIDM_VERIFY_PATH, OIDM_VERIFY_METHOD) => {
    await using gate = await openGate({ settings: { OIDM_VERIFY_PATH, OIDM_VERIFY_METHOD } });
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    await gate.oidm.revoke(await gate.oidm.token('cibt'));
    expect(await gate.verdict(await gate.oidm.token('cibt'))).toBe('invalid: OIDM does not accept it');
  });

  test.each<[string, unknown]>([
    ['sub', 'somebody'],
    ['client', 'ops'],
    ['domain', 'Elsewhere'],
    ['scope', 'oms.request oms.admin'],
    ['scope', ''],
    ['exp', inSeconds(86_400)],
    ['jti', 'another'],
    ['aud', ['oms', 'billing']],
    ['iss', 'https://elsewhere.example'],
  ])('about %s (%j) must be what the token says', async (claim, value) => {
    await using gate = await openGate();
    await gate.oidm.distort({ [claim]: value });
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe(
      `invalid: OIDM says something else about: ${claim}`,
    );
    expect(gate.log.join()).toContain('do not say the same');
  });

  test('scopes in another order, or as a list, are the same', async () => {
    await using gate = await openGate();
    const token = await gate.oidm.token('ops');
    await gate.oidm.distort({ scope: ['oms.admin', 'oms.read', 'oms.reference'], aud: ['oms'] });
    expect(await gate.verdict(token)).toBe('valid');
  });

  test('less than the token says is not a yes', async () => {
    await using gate = await openGate();
    await gate.oidm.distort({ sub: null, client: null });
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toMatch(/^invalid: .*client, sub/);
  });
});

describe('how long a verdict holds', () => {
  test('a revoked token goes on being let in for as long as verdicts are kept, and no longer', async () => {
    await using gate = await openGate();
    const token = await gate.oidm.token('arcade');
    expect(await gate.verdict(token)).toBe('valid');
    await gate.oidm.revoke(token);
    gate.pass(59);
    expect(await gate.verdict(token)).toBe('valid');
    gate.pass(2);
    expect(await gate.verdict(token)).toBe('invalid: OIDM does not accept it');
  });

  test('no verdict outlives its token', async () => {
    await using gate = await openGate();
    const token = await gate.oidm.issue('arcade', { exp: inSeconds(20) });
    expect(await gate.verify(token)).toMatchObject({ kind: 'valid', until: (decodeJwt(token).exp ?? 0) * 1_000 });
    gate.pass(51);
    expect(await gate.verdict(token)).toBe('invalid: it has expired');
  });

  test('a refusal is kept too, but shortly', async () => {
    await using gate = await openGate({ settings: { TOKEN_REFUSAL_CACHE_MS: '200' } });
    const token = await gate.oidm.token('arcade');
    await gate.oidm.revoke(token);
    expect(await gate.verdict(token)).toMatch(/^invalid/);
    const asked = await gate.asked();
    for (let again = 0; again < 20; again++) expect(await gate.verdict(token)).toMatch(/^invalid/);
    expect(await gate.asked()).toBeLessThan(asked + 20);
    await gate.oidm.reset();
    await eventually(async () => (await gate.verdict(token)) === 'valid');
  });
});

describe('the keys of OIDM', () => {
  const both = async (gate: Gate) => [
    await gate.verdict(await gate.oidm.issue()),
    await gate.verdict(await gate.oidm.issue()),
  ];

  test('are rotated without a restart; the tokens of the old one stay good', async () => {
    await using gate = await openGate({ keysCooldownMs: 0 });
    const old = await gate.oidm.issue();
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    await gate.oidm.rotate();
    expect(await both(gate)).toEqual(['valid', 'valid']);
    expect(await gate.verdict(old)).toBe('valid');
    expect((await gate.oidm.calls()).keys).toBe(2);
  });

  test('that were withdrawn vouch for nobody as soon as that is known', async () => {
    await using gate = await openGate({ keysCooldownMs: 0 });
    const old = await gate.oidm.issue();
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    await gate.oidm.rotate(true);
    expect(await both(gate)).toEqual(['valid', 'valid']);
    expect(await gate.verdict(old)).toBe('invalid: its key is not one of OIDM');
  });
});
