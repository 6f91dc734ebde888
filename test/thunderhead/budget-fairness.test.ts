import { describe, expect, test } from '@jest/globals';
import { type Grant, type Story, simulate, type World } from './budget-simulation.ts';

/** What the rules come to over hours, played on a clock of their own. */

const minute = 60_000;
const settings = { callsPerMinute: 100, callsInFlight: 10 };

const within = (grants: readonly Grant[], from: number, to: number) => grants.filter(({ at }) => at >= from && at < to);

/** Calls of each source in a span of time. */
function callsBySource({ grants }: Story, from: number, to: number): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const { source } of within(grants, from, to)) calls[`${source}`] = (calls[`${source}`] ?? 0) + 1;
  return calls;
}

/** How much of the budget was used in each span that ends while somebody still waits. */
function used(world: World, story: Story, spanMs: number): number[] {
  const parts: number[] = [];
  for (let from = 0; from + spanMs <= world.untilMs && story.waitingAt(from + spanMs) > 0; from += spanMs) {
    const budget = (world.settings.callsPerMinute * spanMs) / minute;
    parts.push(within(story.grants, from, from + spanMs).length / budget);
  }
  return parts;
}

function play(world: World): { story: Story; used(spanMs: number): number[] } {
  const story = simulate(world);
  return { story, used: (spanMs) => used(world, story, spanMs) };
}

const expectShares = (story: Story, from: number, to: number, weights: Record<string, number>) => {
  const calls = callsBySource(story, from, to);
  const all = within(story.grants, from, to).length;
  const sum = Object.values(weights).reduce((one, other) => one + other);
  expect(Object.keys(calls).sort()).toEqual(Object.keys(weights).sort());
  for (const [source, weight] of Object.entries(weights)) {
    expect(calls[source] as number).toBeGreaterThan((0.8 * all * weight) / sum);
    expect(calls[source] as number).toBeLessThan((1.2 * all * weight) / sum);
  }
};

describe('a source with 100,000 documents, fifty to a call,', () => {
  test.each([
    ['after', 5 * minute],
    ['with', 0],
    ['before', -1],
  ])('does not starve one with ten that comes %s it', (_, tensAt) => {
    const many = { source: 'MANY', requests: 2_000, fromMs: tensAt < 0 ? 1 : 0 };
    const ten = { source: 'TEN', requests: 10, fromMs: Math.max(0, tensAt) };
    const demands = tensAt < 0 ? [ten, many] : [many, ten];
    const { story, used } = play({ settings, demands, untilMs: 25 * minute, jitterMs: 300 });
    const last = story.grants.findLast(({ source }) => source === 'TEN');
    // Half of the budget is theirs: twelve seconds.
    expect((last?.at as number) - (last?.askedAt as number)).toBeLessThan(20_000);
    expect(story.grants).toHaveLength(2_010);
    expect(Math.min(...used(minute))).toBeGreaterThan(0.9);
    expect(story.asks / story.grants.length).toBeLessThan(3.2);
  });
});

describe('of three sources with weights 1, 1 and 2 that all wait,', () => {
  const world = (starts: [number, number, number]): World => ({
    settings,
    demands: [
      { source: 'A', requests: 1_500, fromMs: starts[0] * minute },
      { source: 'B', requests: 1_500, fromMs: starts[1] * minute },
      { source: 'C', weight: 2, requests: 1_500, fromMs: starts[2] * minute },
    ],
    untilMs: 20 * minute,
    jitterMs: 500,
  });

  test.each([
    ['together', [0, 0, 0]],
    ['one after the other', [0, 3, 6]],
    ['the heavy one first', [6, 3, 0]],
  ] as const)('each gets its share, when they come %s', (_, starts) => {
    const { story, used } = play(world([...starts]));
    for (let from = Math.max(...starts) + 1; from + 3 <= 20; from += 3)
      expectShares(story, from * minute, (from + 3) * minute, { A: 1, B: 1, C: 2 });
    expect(Math.min(...used(minute))).toBeGreaterThan(0.9);
  });

  test('each gets its share when calls are slow, and the slots are what is scarce', () => {
    const { story } = play({ ...world([0, 0, 0]), callMs: 12_000 });
    expectShares(story, 2 * minute, 20 * minute, { A: 1, B: 1, C: 2 });
    // Ten at a time, for twelve seconds each.
    expect(within(story.grants, minute, 20 * minute).length).toBeGreaterThan(0.85 * 19 * 50);
  });

  test('whoever was away brings no turns with it', () => {
    const { story } = play({
      settings,
      demands: [
        { source: 'A', requests: 3_000 },
        { source: 'B', requests: 20 },
        { source: 'B', requests: 1_000, fromMs: 10 * minute },
      ],
      untilMs: 14 * minute,
      jitterMs: 500,
    });
    expect(callsBySource(story, 2 * minute, 10 * minute)).toEqual({ A: 800 });
    expectShares(story, 10.2 * minute, 14 * minute, { A: 1, B: 1 });
  });
});

describe('nothing of the budget is wasted while anybody waits,', () => {
  test('when sources come and go', () => {
    const { story, used } = play({
      settings,
      demands: [
        { source: 'A', requests: 1_500 },
        { source: 'B', requests: 500 },
        { source: 'C', weight: 2, requests: 400, fromMs: 5 * minute },
        { source: 'D', requests: 100, fromMs: 12 * minute },
      ],
      untilMs: 40 * minute,
      jitterMs: 1_000,
    });
    expect(story.grants).toHaveLength(2_500);
    expect(Math.min(...used(10 * minute))).toBeGreaterThan(0.9);
    expect(story.asks / story.grants.length).toBeLessThan(3.7);
  });

  test('when one of two is gone from one moment to the other', () => {
    const { used } = play({
      settings,
      demands: [
        { source: 'A', requests: 2_000 },
        { source: 'B', requests: 300 },
      ],
      untilMs: 24 * minute,
      jitterMs: 1_000,
    });
    expect(Math.min(...used(minute))).toBeGreaterThan(0.9);
  });

  test('of a thousand calls a minute, or of ten', () => {
    const demands = [
      { source: 'A', requests: 400 },
      { source: 'B', requests: 400 },
    ];
    const large = play({ settings: { callsPerMinute: 1_000, callsInFlight: 50 }, demands, untilMs: minute });
    expect(Math.min(...large.used(10_000))).toBeGreaterThan(0.9);
    const small = play({ settings: { callsPerMinute: 10, callsInFlight: 2 }, demands, untilMs: 60 * minute });
    expect(Math.min(...small.used(20 * minute))).toBeGreaterThan(0.9);
  });
});

describe('urgent calls', () => {
  test('pass a backlog of the others within the time of two calls', () => {
    const { story } = play({
      settings,
      demands: [
        { source: 'A', requests: 2_000 },
        { source: 'A', urgent: true, requests: 30, fromMs: 7_000, everyMs: 13_000 },
        { source: 'B', urgent: true, requests: 30, fromMs: 7_100, everyMs: 13_000 },
      ],
      untilMs: 8 * minute,
      jitterMs: 300,
    });
    const urgent = story.grants.filter((grant) => grant.urgent);
    expect(urgent).toHaveLength(60);
    expect(Math.max(...urgent.map(({ at, askedAt }) => at - askedAt))).toBeLessThan(1_200);
  });

  test('in a flood pass by a burst, and then share like all others', () => {
    const { story, used } = play({
      settings,
      demands: [
        { source: 'A', requests: 1_000 },
        { source: 'B', urgent: true, requests: 1_000, fromMs: minute },
      ],
      untilMs: 8 * minute,
      jitterMs: 300,
    });
    expectShares(story, 2 * minute, 8 * minute, { A: 1, B: 1 });
    expect(Math.min(...used(minute))).toBeGreaterThan(0.9);
  });

  test('so do polls, which are nobody’s', () => {
    const { story } = play({
      settings,
      demands: [
        { source: 'A', requests: 1_000 },
        { source: null, requests: 60, fromMs: 5_000, everyMs: 5_000 },
      ],
      untilMs: 6 * minute,
      jitterMs: 300,
    });
    const polls = story.grants.filter(({ source }) => source === null);
    expect(polls).toHaveLength(60);
    expect(Math.max(...polls.map(({ at, askedAt }) => at - askedAt))).toBeLessThan(1_200);
  });
});

describe('documents that wait one by one', () => {
  test('come back together, and fill calls', () => {
    // Two hundred calls in a minute, if each filled one.
    const alone = { fill: 0.02, requests: 30_000, everyMs: 15 };
    const { story } = play({
      settings,
      demands: [
        { source: 'A', ...alone },
        { source: 'B', ...alone },
      ],
      untilMs: 16 * minute,
    });
    const settled = within(story.grants, minute, 7 * minute);
    const filled = settled.reduce((sum, { fill }) => sum + fill, 0);
    expect(filled / settled.length).toBeGreaterThan(0.9);
    // Of a document: it asks when it comes, and less than once and again later.
    expect(story.asks / (2 * alone.requests)).toBeLessThan(1.1);
  });

  test('ask no more than once in five minutes when there are more than ten minutes’ worth of them', () => {
    const { story } = play({ settings, demands: [{ source: 'A', requests: 20_000 }], untilMs: 30 * minute });
    expect((story.asks - story.firsts) / 20_000).toBeLessThan(30 / 5);
  });
});

describe('after an outage of half an hour', () => {
  const world: World = {
    settings,
    demands: [
      { source: 'A', requests: 2_500 },
      { source: 'B', requests: 2_500 },
    ],
    untilMs: 60 * minute,
    jitterMs: 500,
    outcome: (at) =>
      at > 5 * minute && at < 35 * minute ? { kind: 'unavailable', reason: 'it is dark' } : { kind: 'answered' },
  };

  test('what has waited goes out at the budget, to all alike; during it there is a call a minute', () => {
    const { story } = play(world);
    const probes = within(story.grants, 5 * minute + 5_000, 35 * minute);
    expect(probes.length).toBeGreaterThan(29);
    expect(probes.length).toBeLessThan(36);
    const back = story.grants.find(({ at }) => at >= 35 * minute)?.at as number;
    expect(back).toBeLessThan(36.1 * minute);
    for (let from = back + 1; from < 55 * minute; from += minute) {
      const { length } = within(story.grants, from, from + minute);
      expect(length).toBeLessThanOrEqual(101);
      expect(length).toBeGreaterThan(90);
    }
    expectShares(story, back, back + 3 * minute, { A: 1, B: 1 });
  });
});
