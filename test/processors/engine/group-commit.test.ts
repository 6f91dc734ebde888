import { expect, test } from '@jest/globals';
import { GroupCommit } from '#processors/engine/group-commit.ts';

/** A flush that the test answers when it likes. */
interface Flight {
  entries: readonly number[];
  land(): void;
  crash(error: Error): void;
}

function opened({ lanes = 1, capacity = 100 } = {}) {
  const flights: Flight[] = [];
  const group = new GroupCommit<number, string>({
    lanes,
    capacity,
    flush: (entries) =>
      new Promise((resolve, reject) => {
        flights.push({ entries, land: () => resolve(entries.map((entry) => `#${entry}`)), crash: reject });
      }),
  });
  return { group, flights, submit: (...entries: number[]) => entries.map((entry) => group.submit(entry)) };
}

/** Once round the event loop: everything that can happen without anybody's answer has happened. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const sent = (flights: Flight[]) => flights.map(({ entries }) => [...entries]);

class Poison extends Error {}

test('a lone entry leaves at once', async () => {
  const { group, flights } = opened();
  const answer = group.submit(1);
  await turn();
  expect(sent(flights)).toEqual([[1]]);
  flights[0]?.land();
  expect(await answer).toBe('#1');
});

test('what arrives in the same turn travels together, and everyone gets his own answer', async () => {
  const { flights, submit } = opened();
  const answers = submit(1, 2, 3);
  await turn();
  expect(sent(flights)).toEqual([[1, 2, 3]]);
  flights[0]?.land();
  expect(await Promise.all(answers)).toEqual(['#1', '#2', '#3']);
});

test('what arrives while a flush is out travels together in the next, as soon as that is back', async () => {
  const { flights, submit } = opened();
  submit(1);
  await turn();
  submit(2);
  await turn();
  submit(3, 4);
  await turn();
  expect(sent(flights)).toEqual([[1]]);
  flights[0]?.land();
  await turn();
  await turn();
  expect(sent(flights)).toEqual([[1], [2, 3, 4]]);
});

test('no more flushes are out than there are lanes', async () => {
  const { flights, submit } = opened({ lanes: 2 });
  for (const entry of [1, 2, 3, 4]) {
    submit(entry);
    await turn();
  }
  expect(sent(flights)).toEqual([[1], [2]]);
  flights[1]?.land();
  await turn();
  await turn();
  expect(sent(flights)).toEqual([[1], [2], [3, 4]]);
});

test('a crowd is cut to the capacity and uses every lane', async () => {
  const { flights, submit } = opened({ lanes: 2, capacity: 2 });
  submit(1, 2, 3, 4, 5);
  await turn();
  expect(sent(flights)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  flights[0]?.land();
  await turn();
  await turn();
  expect(sent(flights)[2]).toEqual([5]);
});

test('a poison entry is found by splitting and fails alone', async () => {
  const flushed: (readonly number[])[] = [];
  const group = new GroupCommit<number, number>({
    lanes: 1,
    capacity: 100,
    isPoison: (error) => error instanceof Poison,
    flush: async (entries) => {
      flushed.push(entries);
      const bad = entries.find((entry) => entry === 13 || entry === 77);
      if (bad !== undefined) throw new Poison(`cannot store ${bad}`);
      return entries.map((entry) => entry * 10);
    },
  });
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const answers = await Promise.allSettled(numbers.map((entry) => group.submit(entry)));
  answers.forEach((answer, entry) => {
    if (entry === 13 || entry === 77) expect(answer).toMatchObject({ reason: { message: `cannot store ${entry}` } });
    else expect(answer).toEqual({ status: 'fulfilled', value: entry * 10 });
  });
  // By halves, not one by one.
  expect(flushed.length).toBeLessThan(35);
});

test('an error that is nobody’s fault fails everybody, and is not tried by halves', async () => {
  const { flights, submit } = opened();
  const answers = submit(1, 2, 3);
  await turn();
  flights[0]?.crash(new Error('the disk is full'));
  const outcomes = await Promise.allSettled(answers);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual(
    Array(3).fill('the disk is full'),
  );
  expect(flights).toHaveLength(1);
});

test('after a failed flush the lane is free again', async () => {
  const { group, flights, submit } = opened();
  const [lost] = submit(1);
  await turn();
  flights[0]?.crash(new Error('gone'));
  await expect(lost).rejects.toThrow('gone');
  const answer = group.submit(2);
  await turn();
  flights[1]?.land();
  expect(await answer).toBe('#2');
});

test('a flush that throws before it has begun fails its entries, too', async () => {
  const group = new GroupCommit<number, number>({
    lanes: 1,
    capacity: 10,
    flush: () => {
      throw new Error('not even begun');
    },
  });
  await expect(group.submit(1)).rejects.toThrow('not even begun');
  await expect(group.submit(2)).rejects.toThrow('not even begun');
});
