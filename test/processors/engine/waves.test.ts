import { expect, test } from '@jest/globals';
import { waves } from '#processors/engine/waves.ts';

/** Longer than any test may take: whoever waits for it fails. */
const forEver = 120_000;

function answerable<T>() {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, answer: resolve };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function all<T>(generator: AsyncGenerator<T[], void, void>): Promise<T[][]> {
  const seen: T[][] = [];
  for await (const wave of generator) seen.push(wave);
  return seen;
}

test('everything at once when none lags, and without waiting for the patience to end', async () => {
  const answers = Array.from({ length: 50 }, () => answerable<number>());
  const seen = all(
    waves(
      answers.map(({ promise }) => promise),
      forEver,
    ),
  );
  for (const [index, { answer }] of answers.entries()) {
    answer(index);
    // One after the other, some turns apart.
    if (index % 10 === 0) await turn();
  }
  expect((await seen).map((wave) => wave.length)).toEqual([50]);
});

test('a straggler holds nobody back, and comes alone when it comes', async () => {
  const straggler = answerable<string>();
  const generator = waves([Promise.resolve('a'), straggler.promise, Promise.resolve('b')], 5);
  expect((await generator.next()).value).toEqual(['a', 'b']);
  straggler.answer('late');
  expect((await generator.next()).value).toEqual(['late']);
  expect((await generator.next()).done).toBe(true);
});

test('what arrives while a wave is being settled is the next wave', async () => {
  const [second, third, last] = [answerable<number>(), answerable<number>(), answerable<number>()];
  const generator = waves([Promise.resolve(1), second.promise, third.promise, last.promise], 5);
  expect((await generator.next()).value).toEqual([1]);
  second.answer(2);
  third.answer(3);
  await turn();
  expect((await generator.next()).value).toEqual([2, 3]);
  last.answer(4);
  expect((await generator.next()).value).toEqual([4]);
  expect((await generator.next()).done).toBe(true);
});

test('a lone answer is a wave', async () => {
  expect(await all(waves([Promise.resolve('only')], forEver))).toEqual([['only']]);
});

test('no answers, no waves', async () => {
  expect(await all(waves([], forEver))).toEqual([]);
});
