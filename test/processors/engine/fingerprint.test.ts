import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint, normalised } from '#processors/engine/fingerprint.ts';

const of = (description: string, code = 'OMS_X') => fingerprint({ code, description });

test.each([
  [
    'request 01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8 is not known',
    'request 0197A3D2-0000-7000-8000-000000000000 is not known',
    'request <id> is not known',
  ],
  ['no answer within 10000 ms', 'no answer within 250 ms', 'no answer within <n> ms'],
  [
    'source "ARCADE" may not ask for “INVOICE”',
    'source "" may not ask for “PO 7”',
    'source <text> may not ask for <text>',
  ],
  ["'a' doesn't fit", "'b, c' doesn't fit", "<text> doesn't fit"],
  [
    'due 2026-11-28T04:52:39.123Z, was 2026-11-28',
    'due 2025-01-02 03:04:05+01:00, was 31.12.2026',
    'due <time>, was <time>',
  ],
  [
    'connect ECONNREFUSED 127.0.0.1:9090',
    'connect ECONNREFUSED thunderhead.example.com:443',
    'connect ECONNREFUSED <host>',
  ],
  ['connect ECONNREFUSED [::1]:80', 'connect ECONNREFUSED localhost:8080', 'connect ECONNREFUSED <host>'],
  ['batch 4711 ended: -3.5 %', 'batch 1 ended: 12,000.75 %', 'batch <n> ended: <n> %'],
  ['digest deadbeef01 differs', 'digest 00112233445566 differs', 'digest <n> differs'],
  ['two\n  lines', 'two lines', 'two lines'],
])('%s and %s are one cause', (one, other, plain) => {
  expect([normalised(one), normalised(other)]).toEqual([plain, plain]);
  expect(of(one)).toBe(of(other));
});

test('another code, or another sentence, is another cause', () => {
  expect(of('no answer', 'OMS_A')).not.toBe(of('no answer', 'OMS_B'));
  expect(of('no answer')).not.toBe(of('no batch'));
  // What stands in one must not be able to look like the other.
  expect(fingerprint({ code: 'A', description: 'B C' })).not.toBe(fingerprint({ code: 'A B', description: 'C' }));
});

test('it is 16 hex digits, and does not change from one version to the next: rows keep it', () => {
  expect(of('no answer within 10 ms')).toBe('9b6c40d1e8937a92');
});

test('whatever is said has one, and it is told by what is not a number', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(), fc.nat(), (text, one, other) => {
      expect(of(text)).toMatch(/^[0-9a-f]{16}$/);
      expect(of(`${text} took ${one} ms`)).toBe(of(`${text} took ${other} ms`));
    }),
  );
});

test('a description that is long and hostile is read in a moment', () => {
  for (const text of ['"'.repeat(1e6), "'a".repeat(1e6), 'a.'.repeat(1e6), '1-'.repeat(1e6), 'a'.repeat(1e6)]) {
    const startedAt = performance.now();
    of(text);
    expect(performance.now() - startedAt).toBeLessThan(200);
  }
});
