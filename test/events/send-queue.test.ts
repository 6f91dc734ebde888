import { expect, test } from '@jest/globals';
import { type Entry, SendQueue } from '#src/events/send-queue.ts';

type Batch = readonly Entry<string, string>[];

function recording(limits: { maxItems?: number; maxBytes?: number; maxWaitMs?: number } = {}, ready = async () => {}) {
  const batches: string[][] = [];
  const flush = async (batch: Batch) => {
    batches.push(batch.map(({ item }) => item));
    for (const { item, resolve } of batch) resolve(item.toUpperCase());
  };
  const all = { maxItems: 100, maxBytes: 1_000, maxWaitMs: 1_000, bytesOf: (item: string) => item.length, ...limits };
  return { batches, queue: new SendQueue<string, string>(all, ready, flush) };
}

test('a lone item waits for nobody', async () => {
  const { queue, batches } = recording();
  expect(await queue.add('a')).toBe('A');
  expect(batches).toEqual([['a']]);
});

test('what comes while a flush is out travels in the next one, in order', async () => {
  const { queue, batches } = recording();
  const first = queue.add('a');
  await Promise.resolve();
  const rest = ['b', 'c', 'd'].map((item) => queue.add(item));
  await Promise.all([first, ...rest]);
  expect(batches.flat()).toEqual(['a', 'b', 'c', 'd']);
  expect(batches.length).toBeLessThanOrEqual(2);
});

test.each(Array.from({ length: 12 }, (_, turns) => turns))(
  'what comes just when nothing is left is not forgotten: %i turns after the answer',
  async (turns) => {
    const { queue } = recording();
    await queue.add('a');
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    expect(await queue.add('b')).toBe('B');
  },
);

test('a batch is capped by count and by bytes', async () => {
  const byCount = recording({ maxItems: 2 });
  await Promise.all(['a', 'b', 'c'].map((item) => byCount.queue.add(item)));
  expect(byCount.batches).toEqual([['a', 'b'], ['c']]);

  const byBytes = recording({ maxBytes: 4 });
  await Promise.all(['aa', 'bb', 'cc', 'ddddddd', 'e'].map((item) => byBytes.queue.add(item)));
  expect(byBytes.batches).toEqual([['aa', 'bb'], ['cc'], ['ddddddd'], ['e']]);
});

test('while nothing can be sent, everything that waits fails', async () => {
  const { queue } = recording({}, async () => {
    throw new Error('away');
  });
  const answers = await Promise.allSettled([queue.add('a'), queue.add('b')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('nobody waits longer than he may, and what is late is not sent', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { queue, batches } = recording({ maxWaitMs: 30 }, () => gate);
  await expect(queue.add('a')).rejects.toThrow('waited longer than 30 ms');
  open();
  await queue.drained();
  expect(batches).toEqual([]);
});
