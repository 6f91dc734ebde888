import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BudgetSettings,
  type CallOutcome,
  type Denied,
  isPermit,
  type Permit,
} from '#src/thunderhead/budget/call.ts';
import { longestMs } from '#src/thunderhead/budget/line.ts';
import { type Ask, type Finish, takeTurn } from '#src/thunderhead/budget/rules.ts';
import type { BudgetState } from '#src/thunderhead/budget/state.ts';

const epoch = 1_790_000_012_345;
const leaseMs = 5_000;

interface Step {
  /** Negative: the clock of another process is behind. */
  afterMs: number;
  asks: Omit<Ask, 'id'>[];
  /** How the calls end, counted from the oldest; those beyond are not told of yet. */
  outcomes: CallOutcome[];
}

const settingsOf = fc.record({
  callsPerMinute: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 6_000 })),
  callsInFlight: fc.integer({ min: 1, max: 20 }),
});

const asks = fc.record({
  source: fc.constantFrom('ARCADE', 'CIBT', '__proto__', null),
  weight: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0, -1, Number.NaN)),
  urgent: fc.boolean(),
  fill: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(Number.NaN, 7)),
  returning: fc.boolean(),
});

const outcomes = fc.oneof(
  { weight: 6, arbitrary: fc.constant<CallOutcome>({ kind: 'answered' }) },
  { weight: 1, arbitrary: fc.constant<CallOutcome>({ kind: 'unavailable', reason: 'it is dark' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('throttled' as const), afterMs: fc.integer({ min: -5, max: 20_000 }) }),
  },
);

const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: -50, max: 500 }), fc.integer({ min: 0, max: 30_000 })),
    asks: fc.array(asks, { maxLength: 12 }),
    outcomes: fc.array(outcomes, { maxLength: 6 }),
  }),
  { maxLength: 60 },
);

interface Seen {
  now: number;
  granted: Permit[];
  refused: Denied[];
  state: BudgetState;
  settings: BudgetSettings;
}

/** Plays it, and tells what was seen. Every failure opens the breaker, so that it takes part. */
function play(story: readonly Step[], settings: BudgetSettings): Seen[] {
  const seen: Seen[] = [];
  const out: string[] = [];
  let value: unknown;
  let now = epoch;
  let count = 0;
  for (const step of story) {
    now += step.afterMs;
    const finishes = step.outcomes.slice(0, out.length).map((outcome): Finish => {
      return { id: out.shift() as string, outcome, opens: outcome.kind === 'unavailable', at: now };
    });
    const asked = step.asks.map((ask): Ask => ({ ...ask, id: `c${++count}` }));
    const { state, answers } = takeTurn(value, { asks: asked, finishes }, { settings, leaseMs, now });
    const granted = answers.filter(isPermit);
    out.push(...granted.map(({ id }) => id));
    seen.push({
      now,
      granted,
      refused: answers.filter((answer): answer is Denied => !isPermit(answer)),
      state,
      settings,
    });
    // It is kept as JSON.
    value = JSON.parse(JSON.stringify(state));
  }
  return seen;
}

const holds = (check: (seen: Seen[], story: Step[], settings: BudgetSettings) => void) =>
  fc.assert(
    fc.property(steps, settingsOf, (story, settings) => check(play(story, settings), story, settings)),
    { numRuns: 500 },
  );

describe('whoever asks for whatever, and however calls end', () => {
  test('in no window are there more calls than a burst and what flows in meanwhile', () => {
    holds((seen, _, { callsPerMinute }) => {
      const burst = Math.max(1, callsPerMinute / 10);
      // A clock that is behind another one sees no tokens flow; time is what the farthest of them says.
      let latest = 0;
      const grants = seen.map(({ now, granted }) => {
        latest = Math.max(latest, now);
        return { at: latest, count: granted.length };
      });
      for (let from = 0; from < grants.length; from++) {
        let sum = 0;
        for (let to = from; to < grants.length; to++) {
          sum += grants[to]?.count as number;
          const elapsed = (grants[to]?.at as number) - (grants[from]?.at as number);
          expect(sum).toBeLessThanOrEqual(burst + (elapsed * callsPerMinute) / 60_000 + 1e-6);
        }
      }
    });
  });

  test('never are more calls under way than allowed', () => {
    holds((seen, _, { callsInFlight }) => {
      for (const { state } of seen) expect(state.inFlight.length).toBeLessThanOrEqual(callsInFlight);
    });
  });

  test('while Thunderhead wants no calls, or the breaker rests, there are none; and one probe at a time', () => {
    holds((seen) => {
      for (const [index, { now, granted, state }] of seen.entries()) {
        if (state.pausedUntil > now || (state.breaker.open && state.breaker.until > now)) expect(granted).toEqual([]);
        if (state.breaker.open && granted.length > 0) {
          expect(granted).toHaveLength(1);
          expect(granted[0]?.probe).toBe(true);
          const before = seen[index - 1]?.state;
          const probe = before?.breaker.probe;
          // The one before has ended, or its lease is over.
          if (before && probe && state.breaker.failedProbes === before.breaker.failedProbes)
            expect(state.inFlight.map(({ id }) => id)).not.toContain(probe);
        }
      }
    });
  });

  test('whoever is refused comes back after a while, and within ten minutes', () => {
    holds((seen) => {
      for (const { afterMs, reason } of seen.flatMap(({ refused }) => refused)) {
        expect(afterMs).toBeGreaterThan(0);
        expect(afterMs).toBeLessThanOrEqual(longestMs);
        expect(reason).toMatch(/^\S.+\S$/);
      }
    });
  });

  test('the same arguments give the same answer, and are left as they were', () => {
    fc.assert(
      fc.property(steps, settingsOf, (story, settings) => {
        const [one, other] = [play(story, settings), play(story, settings)];
        expect(one).toEqual(other);
        for (const { state, now } of one) {
          const before = JSON.stringify(state);
          takeTurn(state, { asks: [{ ...anAsk, id: 'x' }], finishes: [] }, { settings, leaseMs, now: now + 1_000 });
          expect(JSON.stringify(state)).toBe(before);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const anAsk = { source: 'ARCADE', weight: 1, urgent: false, fill: 1, returning: false };
const settings = { callsPerMinute: 100, callsInFlight: 20 };

/** How many of many are granted at once. */
const grantsOf = (value: unknown, now: number, ask: Partial<Ask> = {}, changed: Partial<BudgetSettings> = {}) => {
  const many = Array.from({ length: 50 }, (_, index): Ask => ({ ...anAsk, ...ask, id: `g${index}` }));
  const options = { settings: { ...settings, ...changed }, leaseMs, now };
  return takeTurn(value, { asks: many, finishes: [] }, options).answers.filter(isPermit).length;
};

const turn = (value: unknown, now: number, finishes: Finish[] = []) =>
  takeTurn(value, { asks: [], finishes }, { settings, leaseMs, now }).state;

describe('the budget', () => {
  const full = turn(turn(undefined, epoch), epoch + 60_000);
  const now = epoch + 60_000;

  test('lets out a tenth of a minute’s calls at once; bulk leaves two of them, for the urgent and for polls', () => {
    expect(grantsOf(full, now)).toBe(8);
    expect(grantsOf(full, now, { urgent: true })).toBe(10);
    expect(grantsOf(full, now, { source: null })).toBe(10);
  });

  test('of one call at a time is for everybody', () => {
    const small = { callsPerMinute: 10, callsInFlight: 1 };
    expect(grantsOf(full, now, {}, small)).toBe(1);
    expect(grantsOf(full, now + 5_000, {}, { callsPerMinute: 100, callsInFlight: 1 })).toBe(1);
  });

  test('is as full for a process whose clock is behind', () => {
    expect(grantsOf(full, now - 1_000, { urgent: true })).toBe(10);
  });

  test('keeps half of it for a source that is due and does not come, and no more', () => {
    const many = (source: string, weight: number, count: number) =>
      Array.from({ length: count }, (_, index): Ask => ({ ...anAsk, source, weight, id: `${source}${index}` }));
    const asks = [...many('HERE', 1, 9), ...many('AWAY', 0.1, 1)];
    const { state } = takeTurn(full, { asks, finishes: [] }, { settings, leaseMs: 60_000, now });
    const later = now + 10_000;
    const here = { source: 'HERE', returning: true };
    // Two calls are its turn; the other three are what nobody comes for.
    expect(grantsOf(state, later, here, { callsInFlight: 100 })).toBe(5);
    // Eight are under way. Where slots are scarce it is them that are kept.
    expect(grantsOf(state, later, here, { callsInFlight: 14 })).toBe(2);
  });

  test('that was changed holds with the next ask', () => {
    expect(grantsOf(full, now, { urgent: true }, { callsPerMinute: 20 })).toBe(2);
    const later = turn(full, now);
    expect(grantsOf(later, now + 60_000, { urgent: true }, { callsPerMinute: 150 })).toBe(15);
  });

  test.each([0, -3])('of %d calls a minute makes everybody wait', (callsPerMinute) => {
    expect(grantsOf(full, now + 3_600_000, { urgent: true }, { callsPerMinute, callsInFlight: 5 })).toBe(0);
    expect(grantsOf(full, now, {}, { callsPerMinute: 100, callsInFlight: 0 })).toBe(0);
  });

  test.each([
    ['nothing', undefined],
    ['a word', 'full'],
    ['half of it', { ...full, sources: undefined }],
    ['a token that is no number', { ...full, tokens: '10' }],
    ['a call without its end', { ...full, inFlight: [{ id: 'a', source: null, since: 0 }] }],
    ['a time years ahead', { ...full, at: epoch + 1e12 }],
  ])('that is lost begins with one call: %s', (_, lost) => {
    expect(grantsOf(lost, now, { urgent: true })).toBe(1);
    expect(grantsOf(lost, now, { source: null })).toBe(1);
  });

  test('takes a permit back that was not used, and only once', () => {
    const ask = { ...anAsk, id: 'a' };
    const { state } = takeTurn(full, { asks: [ask], finishes: [] }, { settings, leaseMs, now });
    const unused: Finish = { id: 'a', outcome: { kind: 'unused' }, opens: false, at: now };
    const back = turn(state, now, [unused, unused]);
    expect(back.tokens).toBe(full.tokens);
    expect(back.inFlight).toEqual([]);
    expect(back.sources[0]?.virtual).toBe(0);
    expect(back.granted.count).toBe(0);
  });

  test('is empty after a throttling, which holds for as long as the longest of them said', () => {
    const throttled = (id: string, afterMs: number): Finish => {
      return { id, outcome: { kind: 'throttled', afterMs }, opens: false, at: now };
    };
    const state = turn(full, now, [throttled('a', 4_000), throttled('b', 9_000), throttled('c', 2_000)]);
    expect(grantsOf(state, now + 8_999, { urgent: true })).toBe(0);
    expect(grantsOf(state, now + 9_000 + 599, { urgent: true })).toBe(0);
    expect(grantsOf(state, now + 9_000 + 601, { urgent: true })).toBe(1);
  });

  test('stays small, however many source systems there were', () => {
    let state: unknown;
    for (let index = 0; index < 1_000; index++)
      state = takeTurn(
        state,
        { asks: [{ ...anAsk, source: `S${index}`, id: `${index}` }], finishes: [] },
        { settings, leaseMs, now: now + index },
      ).state;
    expect((state as BudgetState).sources.length).toBeLessThanOrEqual(200);
    const later = takeTurn(
      state,
      { asks: [{ ...anAsk, source: 'NEW', id: 'n' }], finishes: [] },
      { settings, leaseMs, now: now + 3_600_000 },
    );
    expect(later.state.sources.map(({ name }) => name)).toEqual(['NEW']);
  });
});
