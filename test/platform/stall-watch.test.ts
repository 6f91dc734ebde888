import { afterAll, beforeEach, expect, test } from '@jest/globals';
import type { Settlement } from '#processors/engine/signal.ts';
import { StallWatch } from '#src/platform/stall-watch.ts';
import { openToy, type Toy } from '#test/processors/engine/toy.ts';

const stallMs = 30_000;
let toy: Toy | undefined;
beforeEach(async () => {
  await toy?.[Symbol.asyncDispose]();
  toy = await openToy();
});
afterAll(() => toy?.[Symbol.asyncDispose]());
const house = (): Toy => toy as Toy;

const timeoutMs = 100_000;
const pipelines = [
  { name: 'toy', stages: [{ name: 'a' }, { name: 'b', timeoutMs }] },
] as unknown as ConstructorParameters<typeof StallWatch>[0]['pipelines'];

function openWatch(paused: string[] = []) {
  let now = 0;
  let asked = 0;
  let away = false;
  let queuesAway = false;
  const pool = {
    query: (...question: [never]) => {
      asked++;
      return away ? Promise.reject(new Error('connect ECONNREFUSED')) : house().admin.query(...question);
    },
  } as unknown as ConstructorParameters<typeof StallWatch>[0]['pool'];
  const watch = new StallWatch({
    ...{ pool, clock: house().clock, pipelines, stallMs, now: () => now },
    paused: { has: (_, stage) => paused.includes(stage) },
    queues: {
      check: async () => {
        if (queuesAway) throw new Error('connect ECONNREFUSED');
      },
    },
  });
  // The test looks itself.
  watch[Symbol.dispose]();
  let lasting: string | undefined;
  void watch.lasting.then((cause) => {
    lasting = cause;
  });
  return {
    watch,
    asked: (): number => asked,
    lasting: () => lasting,
    unplug: (value: boolean) => {
      away = value;
    },
    unplugQueues: (value: boolean) => {
      queuesAway = value;
    },
    /** A ring is answered at the stage, and there is something to settle. */
    async taken(stage = 'a') {
      for await (const _ of watch.watched({ pipeline: 'toy', stage }, settled()));
    },
    async pass(ms: number) {
      now += ms;
      house().clock.advance(ms);
      await watch.look();
    },
    ready(): true | string {
      try {
        watch.check();
        return true;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

const nothing: Settlement = { next: [], ended: [], failed: [], skipped: [] };
async function* settled(): AsyncGenerator<Settlement> {
  yield nothing;
}

test('work that is due, and nothing taken in hand: not ready after 30 s, and 30 s later it is told to end', async () => {
  await house().begin(1, { stage: 'b' });
  const { pass, ready, lasting } = openWatch();
  await pass(stallMs - 1);
  expect(ready()).toBe(true);
  await pass(2);
  const cause =
    'nothing was taken in hand at toy/b for 30 s, although work there is due since 2026-03-01T10:00:00.000Z';
  expect(ready()).toBe(cause);
  await pass(stallMs - 1);
  expect(lasting()).toBeUndefined();
  await pass(1);
  expect(lasting()).toMatch(/^nothing was taken in hand at toy\/b for 60 s/);
});

test('as soon as something is taken in hand it is ready again, and the time counts anew', async () => {
  await house().begin(1);
  const { taken, pass, ready, lasting } = openWatch();
  await pass(stallMs + 1);
  await pass(stallMs - 1);
  expect(ready()).not.toBe(true);
  await taken();
  expect(ready()).toBe(true);
  await pass(stallMs - 1);
  expect(ready()).toBe(true);
  await pass(2);
  expect(ready()).not.toBe(true);
  expect(lasting()).toBeUndefined();
});

test.each([
  ['there is nothing', () => Promise.resolve(), []],
  ['it is not due yet', () => house().begin(1, { afterMs: 10 * stallMs }), []],
  ['its stage is paused', () => house().begin(1), ['a']],
  ['a worker has it in hand', async () => inHand(), []],
  ['it is somebody else’s', () => house().begin(1, { stage: 'elsewhere' }), []],
] as const)('nothing is wrong when nothing is taken because %s', async (_, arrange, paused) => {
  await arrange();
  const { pass, ready, lasting } = openWatch([...paused]);
  for (let turn = 0; turn < 4; turn++) await pass(stallMs);
  expect([ready(), lasting()]).toEqual([true, undefined]);
});

/** Until its lease is over. */
async function inHand(leaseMs = 10 * stallMs): Promise<void> {
  const ids = await house().begin(1, { afterMs: leaseMs });
  await house().admin.query(`update progress set status = 'running' where id = any($1)`, [ids]);
}

test('each stage is looked at alone: what moves elsewhere is no sign of its life', async () => {
  await house().begin(1, { stage: 'b' });
  const { taken, pass, ready, lasting } = openWatch();
  for (let turn = 0; turn < 10; turn++) {
    await taken('a');
    await pass(stallMs / 4);
  }
  expect(ready()).toMatch(/^nothing was taken in hand at toy\/b/);
  expect(lasting()).toMatch(/^nothing was taken in hand at toy\/b/);
});

test('what a dead worker had in hand waits too, as soon as its lease is over', async () => {
  await inHand(1);
  const { pass, ready } = openWatch();
  await pass(stallMs);
  expect(ready()).toBe(true);
  await pass(2);
  expect(ready()).toMatch(/^nothing was taken in hand at toy\/a/);
});

test('whose hands are full gets on, as long as a run may take; one that never ends is no sign of life', async () => {
  await house().begin(1, { stage: 'b' });
  const { watch, pass, ready } = openWatch();
  const never = Promise.withResolvers<void>();
  const run = watch.watched({ pipeline: 'toy', stage: 'b' }, hanging(never.promise));
  const over = run.next();
  await pass(timeoutMs + stallMs - 1);
  expect(ready()).toBe(true);
  await pass(1);
  expect(ready()).toMatch(/^nothing was taken in hand at toy\/b/);
  never.resolve();
  await over;
  expect(ready()).toBe(true);
});

async function* hanging(until: Promise<void>): AsyncGenerator<Settlement> {
  await until;
  yield nothing;
}

test('queues that are away are no stall, however long; when they are back, all that waited may first be taken', async () => {
  await house().begin(1);
  const { pass, unplugQueues, ready, lasting } = openWatch();
  unplugQueues(true);
  for (let turn = 0; turn < 6; turn++) await pass(stallMs);
  unplugQueues(false);
  await pass(stallMs - 1);
  expect([ready(), lasting()]).toEqual([true, undefined]);
  await pass(1);
  expect(ready()).not.toBe(true);
});

test('a stage that was paused has its time when the pause is over', async () => {
  await house().begin(1);
  const paused = ['a'];
  const { pass, ready } = openWatch(paused);
  for (let turn = 0; turn < 3; turn++) await pass(stallMs);
  paused.pop();
  await pass(stallMs - 1);
  expect(ready()).toBe(true);
  await pass(1);
  expect(ready()).not.toBe(true);
});

test('nothing is asked while work comes in everywhere', async () => {
  const { taken, pass, asked } = openWatch();
  for (let turn = 0; turn < 10; turn++) {
    await taken('a');
    await taken('b');
    await pass(stallMs / 2);
  }
  expect(asked()).toBe(0);
  await pass(stallMs);
  expect(asked()).toBe(1);
});

test('a database that is away is no stall; when it is back, what waited there meanwhile may first be taken', async () => {
  await house().begin(1);
  const { pass, unplug, ready, lasting } = openWatch();
  unplug(true);
  for (let turn = 0; turn < 4; turn++) await pass(stallMs);
  expect([ready(), lasting()]).toEqual([true, undefined]);
  unplug(false);
  await pass(stallMs / 4);
  expect(ready()).not.toBe(true);
  expect(lasting()).toBeUndefined();
});
