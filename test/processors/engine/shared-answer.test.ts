import { beforeEach, expect, test } from '@jest/globals';
import { SharedAnswer } from '#processors/engine/shared-answer.ts';

let now: number;
let asked: number;
let answer: () => Promise<number>;
beforeEach(() => {
  now = 0;
  asked = 0;
  answer = async () => 7;
});

const shared = (options: { share: number; leastMs?: number }, keepMs?: number) =>
  new SharedAnswer(
    (keepFor) => {
      asked++;
      if (keepMs !== undefined) keepFor(keepMs);
      return answer();
    },
    { ...options, now: () => now },
  );

const taking = (ms: number) => async () => {
  now += ms;
  return 7;
};

test('who asks while the answer is on its way shares it; at a share of 1 it is asked for anew after that', async () => {
  const one = shared({ share: 1 });
  expect(await Promise.all([one.read(), one.read(), one.read()])).toEqual([7, 7, 7]);
  expect(asked).toBe(1);
  await one.read();
  expect(asked).toBe(2);
});

test('it holds until asking has taken no more than its share of the time, or as long as it is said to', async () => {
  answer = taking(100);
  const rule = shared({ share: 0.1 });
  await rule.read();
  now = 999;
  await rule.read();
  expect(asked).toBe(1);
  now = 1_000;
  await rule.read();
  expect(asked).toBe(2);
  const said = shared({ share: 0.1 }, Number.POSITIVE_INFINITY);
  await said.read();
  now += 1e12;
  await said.read();
  expect(asked).toBe(3);
});

test('what could not be had is not asked for again at once either, and what was known before is still told', async () => {
  const one = shared({ share: 1, leastMs: 5_000 });
  expect(one.last).toBeUndefined();
  await one.read();
  now = 5_000;
  answer = () => Promise.reject(new Error('away'));
  await expect(one.read()).rejects.toThrow('away');
  now = 9_999;
  await expect(one.read()).rejects.toThrow('away');
  expect([asked, one.last]).toEqual([2, 7]);
  one.forget();
  answer = async () => 8;
  expect([await one.read(), one.last, asked]).toEqual([8, 8, 3]);
});
