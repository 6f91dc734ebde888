import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { remoteClock } from '#src/thunderhead/remote-clock.ts';

const start = Date.parse('2026-11-21T08:00:00.000Z');
const day = 86_400_000;

/** Moments are real numbers; our clock and theirs tell less of them. */
interface World {
  /** Theirs less ours, at the start. */
  offset: number;
  /** By how much theirs is faster, in parts per million. */
  ppm: number;
}

const theirs = ({ offset, ppm }: World, at: number) => at + offset + ((at - start) * ppm) / 1_000_000;
const ours = (at: number) => new Date(Math.floor(at));
const header = (at: number) => new Date(Math.floor(at / 1_000) * 1_000).toUTCString();

/** One call: how long after the one before it left, and how long its two ways took. */
interface Call {
  afterMs: number;
  thereMs: number;
  backMs: number;
}

/** Plays the calls; `check` is told after each of them what is true. */
function play(
  world: World,
  calls: readonly Call[],
  check: (clock: ReturnType<typeof remoteClock>, truth: number) => void,
) {
  const clock = remoteClock();
  let at = start;
  for (const { afterMs, thereMs, backMs } of calls) {
    const sentAt = at + afterMs;
    const stampedAt = sentAt + thereMs;
    at = stampedAt + backMs;
    clock.observe({ date: header(theirs(world, stampedAt)), sentAt: ours(sentAt), receivedAt: ours(at) });
    check(clock, theirs(world, at) - at);
  }
  return clock;
}

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const world = fc.record({ offset: real(-10 * day, 10 * day), ppm: real(-15, 15) });

describe('whatever the offset, the delays and the drift', () => {
  test('the truth is never excluded', () => {
    const call = fc.record({ afterMs: real(0, 600_000), thereMs: real(0, 30_000), backMs: real(0, 30_000) });
    const calls = fc.array(call, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(world, calls, (truth, all) => {
        play(truth, all, (clock, offset) => {
          const { low, high } = clock.offset() as { low: number; high: number };
          expect(low).toBeLessThanOrEqual(offset);
          expect(high).toBeGreaterThanOrEqual(offset);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('200 answers that took less than 20 ms leave less than 50 ms open', () => {
    // Calls leave at all parts of a second, as they do; each pause is its golden section, or a second more.
    const pause = fc.nat(1).map((seconds) => 618.033988749895 + seconds * 1_000);
    const wayMs = real(0, 9.99);
    const call = fc.record({ afterMs: pause, thereMs: wayMs, backMs: wayMs });
    // Pauses are from sending to sending.
    const calls = fc.array(call, { minLength: 200, maxLength: 200 }).map((all) =>
      all.map((each, index) => {
        const before = all[index - 1];
        return { ...each, afterMs: each.afterMs - (before ? before.thereMs + before.backMs : 0) };
      }),
    );
    fc.assert(
      fc.property(world, calls, (truth, all) => {
        const { low, high } = play(truth, all, () => undefined).offset() as { low: number; high: number };
        expect(high - low).toBeLessThan(50);
      }),
      { numRuns: 300 },
    );
  });
});

/** Knows to some ms that their clock is `aheadMs` ahead. */
const learnt = (aheadMs: number) => {
  const calls = Array.from({ length: 200 }, () => ({ afterMs: 617, thereMs: 0.5, backMs: 0.5 }));
  return play({ offset: aheadMs, ppm: 0 }, calls, () => undefined);
};

test('their moments are told in our time, within some milliseconds', () => {
  const minutesAhead = learnt(3 * 60_000);
  const ended = minutesAhead.ended(new Date(start + 3 * 60_000)) as number;
  expect(Math.abs(ended - start)).toBeLessThan(10);
});

test('before the first answer nothing is known', () => {
  const clock = remoteClock();
  expect(clock.offset()).toBeUndefined();
  expect(clock.ended(new Date(start))).toBeUndefined();
  const at = new Date(start);
  expect(clock.took({ handedOverAt: at, endedAt: new Date(start + 1), polledAt: new Date(start + 2) })).toBeUndefined();
});

test('a clock that was set is learnt anew', () => {
  const clock = learnt(0);
  const later = start + day;
  const answer = (aheadMs: number) =>
    clock.observe({
      date: header(later + aheadMs),
      sentAt: new Date(later),
      receivedAt: new Date(later + 10),
    });
  answer(60_000);
  expect(clock.offset()).toEqual({ low: 60_000 - 11, high: 61_000 });
  answer(-60_000);
  expect(clock.offset()).toEqual({ low: -60_000 - 11, high: -59_000 });
});

test('what was learnt long ago counts for less, as clocks drift apart', () => {
  const clock = learnt(0);
  const before = clock.offset() as { low: number; high: number };
  // A day later theirs is half a second ahead; it was not set.
  const later = start + day;
  clock.observe({ date: header(later + 500), sentAt: new Date(later - 400), receivedAt: new Date(later - 400) });
  const after = clock.offset() as { low: number; high: number };
  expect(after.low).toBeLessThanOrEqual(500);
  expect(after.high).toBeGreaterThanOrEqual(500);
  expect(after.high - after.low).toBeGreaterThan(before.high - before.low);
});

test.each([
  ['no header', undefined],
  ['two headers', [header(start + day), header(start + day)]],
  ['no date', 'soon'],
  ['a date without its zone', 'Sat Nov 21 08:00:00 2026'],
  ['a day that is none', 'Sat, 99 Nov 2026 08:00:00 GMT'],
])('%s changes nothing', (_, date) => {
  const clock = learnt(0);
  const before = clock.offset();
  const at = new Date(start + day);
  clock.observe({ date, sentAt: at, receivedAt: at });
  expect(clock.offset()).toEqual(before);
});

test('an answer that came before its call left says nothing: our own clock was set', () => {
  const clock = remoteClock();
  clock.observe({ date: header(start), sentAt: new Date(start), receivedAt: new Date(start - 1) });
  expect(clock.offset()).toBeUndefined();
});

describe('how long a batch took', () => {
  const aheadMs = 7_654;
  const handedOverAt = new Date(start);
  const polledAt = new Date(start + 30_000);
  const endedAfter = (ms: number) => ({ handedOverAt, polledAt, endedAt: new Date(start + aheadMs + ms) });

  test('is told on our clock', () => {
    expect(Math.abs((learnt(aheadMs).took(endedAfter(12_000)) as number) - 12_000)).toBeLessThan(10);
  });

  test.each([-180_000, -20, 30_020, 180_000])('is not believed when it had to be %d ms of 30,000', (ms) => {
    expect(learnt(aheadMs).took(endedAfter(ms))).toBeUndefined();
  });

  test('is never more than there was time for, and never nothing', () => {
    fc.assert(
      fc.property(real(-60_000, 60_000), real(-60_000, 60_000), (offset, ms) => {
        const took = learnt(offset).took(endedAfter(ms));
        if (took !== undefined) {
          expect(took).toBeGreaterThan(0);
          expect(took).toBeLessThanOrEqual(30_000);
        }
      }),
    );
  });

  test('is not known when the end is no date', () => {
    expect(learnt(0).took({ handedOverAt, polledAt, endedAt: new Date('soon') })).toBeUndefined();
  });
});
