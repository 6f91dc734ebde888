import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openRedis } from '#src/platform/redis.ts';
import { eventually, redisUrl } from '#test/support/services.ts';
import { openGate } from './gate.ts';

describe('while OIDM does not answer', () => {
  test.each(['unavailable', 'hang'] as const)(
    '%s: nobody is let in that is not known, and only as long as he is',
    async (mode) => {
      await using gate = await openGate({ settings: { OIDM_TIMEOUT_MS: '500' } });
      const known = await gate.oidm.token('arcade');
      const stranger = await gate.oidm.token('cibt');
      expect(await gate.verdict(known)).toBe('valid');
      await gate.oidm.outage(mode);
      expect(await gate.verify(stranger)).toEqual({ kind: 'unavailable', retryAfterSeconds: 5 });
      expect(await gate.verdict(known)).toBe('valid');
      gate.pass(61);
      expect(await gate.verdict(known)).toBe('unavailable');
      await gate.oidm.outage('none');
      // That nobody answered is not kept.
      expect([await gate.verdict(stranger), await gate.verdict(known)]).toEqual(['valid', 'valid']);
    },
  );

  test('not even its keys are there: nobody is let in', async () => {
    await using gate = await openGate({ settings: { OIDM_TIMEOUT_MS: '500' } });
    const token = await gate.oidm.token('arcade');
    await gate.oidm.outage('hang');
    expect(await gate.verdict(token)).toBe('unavailable');
    await gate.oidm.outage('none');
    await eventually(async () => (await gate.verdict(token)) === 'valid');
  });

  test('a call is tried twice; after a few failures OIDM is left alone for a while, and then found again', async () => {
    await using gate = await openGate();
    const tokens = await Promise.all(Array.from({ length: 40 }, () => gate.oidm.issue()));
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    await gate.oidm.outage('unavailable');
    const before = await gate.asked();
    expect(await gate.verdict(tokens[0] as string)).toBe('unavailable');
    expect(await gate.asked()).toBe(before + 2);
    for (const token of tokens.slice(1)) expect(await gate.verdict(token)).toBe('unavailable');
    expect(await gate.asked()).toBe(before + 5);
    await gate.oidm.outage('none');
    await eventually(async () => (await gate.verdict(tokens[39] as string)) === 'valid');
    expect(gate.log.join()).toMatch(/OIDM does not answer.*OIDM answers again/s);
  });

  test('the log says why in words, and once for many', async () => {
    await using gate = await openGate({ settings: { OIDM_TIMEOUT_MS: '500' } });
    expect(await gate.verdict(await gate.oidm.token('arcade'))).toBe('valid');
    const tokens = await Promise.all(Array.from({ length: 8 }, () => gate.oidm.issue()));
    await gate.oidm.outage('hang');
    await Promise.all(tokens.map((token) => gate.verdict(token)));
    expect(gate.log.filter((line) => line.includes('a token could not be verified'))).toHaveLength(1);
    expect(gate.log.join()).toContain('OIDM did not answer: no answer within 500 ms');
  });
});

test('whoever makes OIDM fail at the sign-in page keeps nobody else out', async () => {
  await using gate = await openGate();
  const token = await gate.oidm.token('arcade');
  const { oidm } = gate.security;
  const signIn = () => oidm.issueToken('nobody', 'knows').catch((error: Error) => error.message);
  await gate.oidm.outage('unavailable');
  await eventually(async () => (await signIn()) === 'OIDM is being left alone for a moment');
  await gate.oidm.outage('none');
  expect(await signIn()).toBe('OIDM is being left alone for a moment');
  expect(await gate.verdict(token)).toBe('valid');
});

describe('Redis', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(redisUrl());
  });
  afterAll(() => redis.disconnect());

  const everything = async () => {
    const keys = await redis.keys('*');
    return [...keys, ...(await Promise.all(keys.map((key) => redis.get(key))))].join('\n');
  };

  test('lets all processes know for whom OIDM has vouched, for the same time, and holds no token', async () => {
    await redis.flushdb();
    await using gate = await openGate({}, redis);
    const token = await gate.oidm.token('arcade');
    const first = await gate.verify(token);
    await eventually(async () => (await redis.dbsize()) === 1);
    await using another = gate.another(redis);
    expect(await another.verifier.verify(token)).toEqual(first);
    expect(await gate.asked()).toBe(1);
    for (const part of token.split('.')) expect(await everything()).not.toContain(part);
    const [key = ''] = await redis.keys('*');
    expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000);
  });

  test('cannot let anybody in by itself: whoever writes there spares OIDM a call, and no signature', async () => {
    await redis.flushdb();
    await using gate = await openGate({}, redis);
    const token = await gate.oidm.token('arcade');
    await gate.verify(token);
    const [key = ''] = await eventually(async () => (await redis.keys('*')).length > 0 && redis.keys('*'));
    await redis.set(key, String(Date.now() + 1e12));
    await using another = gate.another(redis);
    // The same hash is only ever asked for by the same token; one with another signature has another hash.
    const verdict = await another.verifier.verify(token);
    expect(verdict.kind === 'valid' && verdict.until).toBeLessThanOrEqual(Date.now() + 60_000);
    const [head, claims] = token.split('.');
    const forged = `${head}.${claims}.${'A'.repeat(342)}`;
    await redis.set(`oms:token:OMSDomain:${hash('sha256', forged, 'base64url')}`, String(Date.now() + 60_000));
    expect(await another.verifier.verify(forged)).toEqual({ kind: 'invalid', reason: 'signature verification failed' });
  });

  test.each(['nonsense', '', '-1', 'Infinity', 'NaN', '{}'])('with %j in it, OIDM is asked', async (value) => {
    await redis.flushdb();
    await using gate = await openGate({}, redis);
    const token = await gate.oidm.token('arcade');
    await gate.verify(token);
    const [key = ''] = await eventually(async () => (await redis.keys('*')).length > 0 && redis.keys('*'));
    await redis.set(key, value);
    await using another = gate.another(redis);
    expect((await another.verifier.verify(token)).kind).toBe('valid');
    expect(await gate.asked()).toBe(2);
  });

  test('is away: each process asks OIDM for itself, and remembers', async () => {
    await using away = openRedis(redisUrl(), () => undefined);
    away.redis.disconnect();
    await using gate = await openGate({}, away.redis);
    const token = await gate.oidm.token('arcade');
    expect([await gate.verdict(token), await gate.verdict(token)]).toEqual(['valid', 'valid']);
    expect(await gate.asked()).toBe(1);
  });
});
