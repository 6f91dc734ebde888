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

type Clock = ReturnType<typeof remoteClock>;

/** By how much it takes their clock to be ahead of ours: how long a batch took says so. Undefined: it does not know. */
function aheadOf(clock: Clock): number | undefined {
  const handedOverAt = new Date(start - 20 * day);
  const tookMs = clock.took({ handedOverAt, endedAt: new Date(start), polledAt: new Date(start + 20 * day) });
  return tookMs && 20 * day - tookMs;
}

/** Two clocks that are kept right go apart by so much, each its own way, in a ms. */
const driftPerMs = 20e-6;

/**
 * Plays the calls; `check` is told after each of them what is true, and how much the answers leave open: of the narrowest of
 * them its second and its way, and what the clocks may have drifted since.
 */
function play(world: World, calls: readonly Call[], check: (clock: Clock, truth: number, openMs: number) => void) {
  const clock = remoteClock();
  let at = start;
  let openMs = Number.POSITIVE_INFINITY;
  for (const { afterMs, thereMs, backMs } of calls) {
    const sentAt = at + afterMs;
    const stampedAt = sentAt + thereMs;
    const before = at;
    at = stampedAt + backMs;
    openMs = Math.min(openMs + 2 * driftPerMs * (at - before + 1), 1_001 + ours(at).getTime() - ours(sentAt).getTime());
    clock.observe({ date: header(theirs(world, stampedAt)), sentAt: ours(sentAt), receivedAt: ours(at) });
    check(clock, theirs(world, at) - at, openMs);
  }
  return clock;
}

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const world = fc.record({ offset: real(-10 * day, 10 * day), ppm: real(-15, 15) });

describe('whatever the offset, the delays and the drift', () => {
  test('it is never further from the truth than the middle of what is open', () => {
    const call = fc.record({ afterMs: real(0, 600_000), thereMs: real(0, 30_000), backMs: real(0, 30_000) });
    const calls = fc.array(call, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(world, calls, (truth, all) => {
        play(truth, all, (clock, offset, openMs) => {
          expect(Math.abs((aheadOf(clock) as number) - offset)).toBeLessThanOrEqual(openMs / 2 + 0.01);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('200 answers that took less than 20 ms tell it to 25 ms', () => {
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
        let offMs = Number.NaN;
        play(truth, all, (clock, offset) => {
          offMs = Math.abs((aheadOf(clock) as number) - offset);
        });
        expect(offMs).toBeLessThan(25);
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

test('before the first answer nothing is known', () => {
  expect(aheadOf(remoteClock())).toBeUndefined();
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
  expect(aheadOf(clock)).toBe((60_000 - 11 + 61_000) / 2);
  answer(-60_000);
  expect(aheadOf(clock)).toBe((-60_000 - 11 - 59_000) / 2);
});

test('what was learnt long ago counts for less, as clocks drift apart, but it counts', () => {
  const clock = learnt(0);
  // A day later theirs is half a second ahead; it was not set. This answer alone leaves 399 to 2,900 ms.
  const later = start + day;
  clock.observe({ date: header(later + 500), sentAt: new Date(later - 1_900), receivedAt: new Date(later - 400) });
  // By then the clocks cannot be further apart than by some 1,730 ms.
  const ahead = aheadOf(clock) as number;
  expect(ahead).toBeGreaterThan((399 + 1_700) / 2);
  expect(ahead).toBeLessThan((399 + 1_760) / 2);
});

test.each([
  ['no header', undefined],
  ['two headers', [header(start + day), header(start + day)]],
  ['no date', 'soon'],
  ['a date without its zone', 'Sat Nov 21 08:00:00 2026'],
  ['a day that is none', 'Sat, 99 Nov 2026 08:00:00 GMT'],
])('%s changes nothing', (_, date) => {
  const clock = learnt(0);
  const before = aheadOf(clock);
  const at = new Date(start + day);
  clock.observe({ date, sentAt: at, receivedAt: at });
  expect(aheadOf(clock)).toBe(before);
});

test('an answer that came before its call left says nothing: our own clock was set', () => {
  const clock = remoteClock();
  clock.observe({ date: header(start), sentAt: new Date(start), receivedAt: new Date(start - 1) });
  expect(aheadOf(clock)).toBeUndefined();
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
