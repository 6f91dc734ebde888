import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { type Line, linesOf } from '#src/api/intake/lines.ts';
import { OrderedAnswers } from '#src/api/intake/ordered-answers.ts';
import { eventually } from '#test/support/services.ts';

async function read(
  chunks: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  maxBytes = 100,
): Promise<[number, string | undefined][]> {
  async function* bytes() {
    for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const lines: Line[] = [];
  for await (const some of linesOf(bytes(), maxBytes)) lines.push(...some);
  return lines.map(({ number, bytes }) => [number, bytes?.toString()]);
}

test.each<[string, (string | Buffer)[], [number, string | undefined][]]>([
  ['nothing', [], []],
  ['one without an end', ['a'], [[1, 'a']]],
  [
    'LF and CRLF',
    ['a\nb\r\nc'],
    [
      [1, 'a'],
      [2, 'b\r'],
      [3, 'c'],
    ],
  ],
  ['blank ones are left out and counted', ['\n\r\n \t\na\n\n'], [[4, 'a']]],
  [
    'an end that is cut in two',
    ['a\r', '\nb', '\n'],
    [
      [1, 'a\r'],
      [2, 'b'],
    ],
  ],
  [
    'one in many pieces',
    ['a', 'b', 'c\nd', 'e'],
    [
      [1, 'abc'],
      [2, 'de'],
    ],
  ],
  [
    'one of just the length',
    [`${'x'.repeat(100)}\ny`],
    [
      [1, 'x'.repeat(100)],
      [2, 'y'],
    ],
  ],
  [
    'one that is too long',
    [`${'x'.repeat(101)}\ny`],
    [
      [1, undefined],
      [2, 'y'],
    ],
  ],
  ['one that is too long by its last piece, and has no end', ['x'.repeat(100), 'x'], [[1, undefined]]],
])('lines: %s', async (_, chunks, lines) => {
  expect(await read(chunks)).toEqual(lines);
});

test('a line without end is never held', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  /** What was collected is given back by another thread, a little later. */
  const isHeld = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  async function* endless() {
    const before = isHeld();
    for (let n = 0; n < 100; n++) yield Buffer.alloc(1_000_000, 'x');
    await eventually(() => isHeld() - before < 20_000_000);
    yield '\nend';
  }
  expect(await read(endless(), 10_000_000)).toEqual([
    [1, undefined],
    [2, 'end'],
  ]);
});

/** A client that reads only when it is told to. */
function slowReader() {
  const taken: string[] = [];
  let take: (() => void) | undefined;
  const out = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  return { out, taken, take: () => take?.() };
}

test('answers leave in the order of their lines, however they come', async () => {
  const { out, taken, take } = slowReader();
  const answers = new OrderedAnswers(out, { lines: 10, bytes: 1_000, unread: 1_000 });
  const [first, second, third] = [1, 2, 3].map(() => Promise.withResolvers<string>());
  for (const { promise } of [first, second, third] as PromiseWithResolvers<string>[]) answers.add(1, promise);
  third?.resolve('c');
  second?.resolve('b');
  await new Promise((resolve) => setImmediate(resolve));
  expect(out.writableLength).toBe(0);
  first?.resolve('a');
  await answers.written();
  take();
  expect(taken).toEqual(['abc']);
});

test.each([
  ['lines', { lines: 2, bytes: 1_000, unread: 1_000 }],
  ['bytes', { lines: 100, bytes: 20, unread: 1_000 }],
])('there is no room while too many %s are under way', async (_, window) => {
  const { out } = slowReader();
  const answers = new OrderedAnswers(out, window);
  const first = Promise.withResolvers<string>();
  answers.add(10, first.promise);
  expect(answers.isFull).toBe(false);
  answers.add(10, Promise.resolve('b'));
  expect(answers.isFull).toBe(true);
  first.resolve('a');
  await answers.room();
  expect(answers.isFull).toBe(false);
});

test('there is no room while the client does not read its answers, until it reads or hangs up', async () => {
  for (const end of ['reads', 'hangs up'] as const) {
    const { out, take } = slowReader();
    const answers = new OrderedAnswers(out, { lines: 100, bytes: 1_000, unread: 10 });
    answers.add(1, Promise.resolve('0123456789'));
    await answers.written();
    expect(answers.isFull).toBe(true);
    const room = answers.room();
    if (end === 'reads') take();
    else out.destroy();
    await room;
    expect([answers.isFull && !answers.abandoned, answers.abandoned]).toEqual([false, end === 'hangs up']);
    if (end === 'hangs up') await eventually(() => out.destroyed);
    else await once(out.end(), 'finish');
  }
});
