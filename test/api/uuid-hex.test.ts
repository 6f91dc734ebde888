import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { roundestBetween } from '#src/api/requests/uuid-hex.ts';

test('between two ids lies one that parts them as the upper one does, and of which nothing but their common beginning is told', () => {
  const pair = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 2 }).map((two) => two.sort() as [string, string]);
  fc.assert(
    fc.property(pair, ([lower, upper]) => {
      const between = roundestBetween(lower, upper);
      expect(between > lower && between <= upper).toBe(true);
    }),
  );
  expect(roundestBetween('019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10', '019aa5b2-6f1d-7001-8a2b-111111111111')).toBe(
    '019aa5b2-6f1d-0000-0000-000000000000',
  );
  expect(roundestBetween('019aa5b2-6f1d-7001-8a2b-000000000000', '019aa5b2-6f1d-7003-8a2b-111111111111')).toBe(
    '019aa5b2-6f1d-7002-0000-000000000000',
  );
});
