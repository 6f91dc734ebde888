import { describe, expect, test } from '@jest/globals';
import { murmur2, partitionOf } from '#src/events/partition.ts';

describe('the partition of a key', () => {
  // From org.apache.kafka.common.utils.UtilsTest.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s is what Java says', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  test('is within the topic, for every hash', () => {
    for (let i = 0; i < 1_000; i++) {
      const partition = partitionOf(Buffer.from(`request-${i}`), 7);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(7);
    }
  });
});
