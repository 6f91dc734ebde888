import { describe, expect, test } from '@jest/globals';
import { openCallBudget } from '#src/thunderhead/budget/budget.ts';
import type { Permit } from '#src/thunderhead/budget/call.ts';
import type { SharedState } from '#src/thunderhead/budget/shared-state.ts';
import { eventually } from '#test/support/services.ts';
import { anAsk, askAll, kinds, leaseMs, openProcesses, type Processes } from './budget-processes.ts';

/** Two processes, and a bucket that is full. */
async function openTwo(processes: Processes) {
  const [one, other] = [await processes.open(), await processes.open()];
  const [permit] = (await askAll([one.budget], 1)).permits;
  one.budget.finish(permit as Permit, { kind: 'answered' });
  await eventually(async () => (await one.budget.look()).inFlight === 0);
  processes.advance(60_000);
  return { one, other, budgets: [one.budget, other.budget] };
}

describe.each(kinds)('a budget kept in %s', (kind) => {
  test('is one for two processes: they call no more together than one may alone', async () => {
    await using processes = await openProcesses(kind);
    const { budgets } = await openTwo(processes);
    const first = await askAll(budgets, 100);
    expect(first.permits).toHaveLength(10);
    expect(new Set(first.permits.map(({ id }) => id)).size).toBe(10);
    for (const { reason } of first.laters) expect(reason).toBe('the budget of 100 calls a minute is spent');
    processes.advance(3_001);
    expect((await askAll(budgets, 100)).permits).toHaveLength(5);
    processes.settings.callsPerMinute = 600;
    processes.advance(1_000);
    expect((await askAll(budgets, 100)).permits).toHaveLength(10);
  });

  test('has as many slots for both as for one; a permit that goes back makes room for the other', async () => {
    await using processes = await openProcesses(kind);
    const { one, other, budgets } = await openTwo(processes);
    processes.settings.callsInFlight = 3;
    const { permits, laters } = await askAll(budgets, 20);
    expect(permits).toHaveLength(3);
    expect(laters[0]?.reason).toBe('3 calls are under way, and no more are allowed at a time');
    one.budget.finish(permits[0] as Permit, { kind: 'answered' });
    await eventually(async () => (await other.budget.look()).inFlight === 2);
    expect((await askAll([other.budget], 20)).permits).toHaveLength(1);
  });

  test('gets the slots of a killed process back when their lease is over', async () => {
    await using processes = await openProcesses(kind);
    const { one, other } = await openTwo(processes);
    processes.settings.callsInFlight = 4;
    expect((await askAll([one.budget], 4)).permits).toHaveLength(4);
    one.link.cut();
    processes.advance(leaseMs - 1);
    expect((await askAll([other.budget], 4)).permits).toHaveLength(0);
    processes.advance(1);
    expect((await askAll([other.budget], 4)).permits).toHaveLength(4);
  });

  test('begins nearly empty when it was lost, and nobody writes over the new one what he read of the old', async () => {
    await using processes = await openProcesses(kind);
    const { budgets } = await openTwo(processes);
    const store = await processes.store();
    const old = await store.read();
    await processes.wipe();
    expect((await askAll(budgets, 100)).permits).toHaveLength(1);
    expect(await store.write(old.version, old.value)).toBe(false);
    expect((await askAll(budgets, 100)).permits).toHaveLength(0);
  });

  test.each(['nonsense', '{"tokens":1000}', '[]'])('counts as lost when it cannot be read: %s', async (text) => {
    await using processes = await openProcesses(kind);
    const { budgets } = await openTwo(processes);
    await processes.spoil(text);
    expect((await askAll(budgets, 100)).permits).toHaveLength(1);
    processes.advance(600);
    expect((await askAll(budgets, 100)).permits).toHaveLength(1);
  });

  test('is changed by one of two who have read the same, from the first time on', async () => {
    await using processes = await openProcesses(kind);
    const [one, other] = [await processes.store(), await processes.store()];
    for (let time = 0; time < 20; time++) {
      const [{ version }, { version: same }] = [await one.read(), await other.read()];
      const written = await Promise.all([one.write(version, { by: 'one' }), other.write(same, { by: 'other' })]);
      expect(written.toSorted()).toEqual([false, true]);
      expect((await one.read()).value).toEqual({ by: written[0] ? 'one' : 'other' });
    }
  });

  test('lets nobody call while it is away, keeps what has ended meanwhile, and goes on when it is back', async () => {
    await using processes = await openProcesses(kind);
    const { one, other, budgets } = await openTwo(processes);
    const { permits } = await askAll([one.budget], 6);
    one.link.cut();
    for (const permit of permits.slice(0, 4)) one.budget.finish(permit, { kind: 'answered' });
    for (let time = 0; time < 3; time++) {
      const { permits: none, laters } = await askAll([one.budget], 5);
      expect(none).toEqual([]);
      for (const later of laters)
        expect(later).toEqual({ afterMs: 1_000, reason: 'the call budget cannot be reached' });
    }
    await expect(one.budget.look()).rejects.toThrow();
    expect(one.lines).toEqual(['warn: the call budget cannot be reached']);
    expect((await other.budget.look()).inFlight).toBe(6);
    one.link.mend();
    // By itself: nobody asks.
    await eventually(async () => (await other.budget.look()).inFlight === 2);
    processes.advance(60_000);
    expect((await askAll(budgets, 20)).permits).toHaveLength(10);
  });

  test('is told of what has ended before a process goes', async () => {
    await using processes = await openProcesses(kind);
    const { one, other } = await openTwo(processes);
    const { permits } = await askAll([one.budget], 3);
    for (const permit of permits) one.budget.finish(permit, { kind: 'unused' });
    await one.budget[Symbol.asyncDispose]();
    expect(await other.budget.look()).toMatchObject({ inFlight: 0, tokensLeft: 10 });
  });

  test('tells the board how it stands', async () => {
    await using processes = await openProcesses(kind);
    const { budgets, one } = await openTwo(processes);
    await askAll(budgets, 30, { source: 'ARCADE', weight: 1, urgent: false });
    await askAll(budgets, 5, { source: 'CIBT', weight: 3, urgent: false });
    expect(await one.budget.look()).toEqual({
      settings: { callsPerMinute: 100, callsInFlight: 100 },
      tokensLeft: 2,
      grantedInLastMinute: 9,
      inFlight: 8,
      pausedUntil: null,
      breaker: { state: 'closed', until: null, reason: null, openedTimes: 0 },
      sources: [
        { source: 'ARCADE', weight: 1, waitingCalls: 22, grantedInLastMinute: 9 },
        { source: 'CIBT', weight: 3, waitingCalls: 5, grantedInLastMinute: 0 },
      ],
    });
    processes.settings.callsPerMinute = 200;
    expect((await one.budget.look()).settings.callsPerMinute).toBe(200);
  });
});

describe('what is asked and finished in a process', () => {
  /** In memory; counts what it is asked, and lets somebody else be quicker so many times. */
  function countingStore(quicker = 0) {
    let current: { version: string; value: unknown } = { version: '0', value: undefined };
    const calls = { reads: 0, writes: 0 };
    const state: SharedState = {
      async read() {
        calls.reads++;
        return current;
      },
      async write(version, value) {
        calls.writes++;
        if (version !== current.version || quicker-- > 0) return false;
        current = { version: String(Number(version) + 1), value: JSON.parse(JSON.stringify(value)) };
        return true;
      },
    };
    return { state, calls };
  }
  const silent = { error: () => undefined, info: () => undefined, warn: () => undefined };
  const open = (state: SharedState, settings = () => ({ callsPerMinute: 6_000, callsInFlight: 500 })) =>
    openCallBudget({ state, settings, clock: { now: () => new Date() }, leaseMs, log: silent });

  test('travels together: one read and one write for all of it', async () => {
    const { state, calls } = countingStore();
    await using budget = open(state);
    const { permits } = await askAll([budget], 50);
    expect(permits.length).toBeGreaterThan(0);
    expect(calls).toEqual({ reads: 1, writes: 1 });
    for (const permit of permits) budget.finish(permit, { kind: 'answered' });
    await budget.ask(anAsk);
    expect(calls).toEqual({ reads: 2, writes: 2 });
    expect((await budget.look()).inFlight).toBeLessThanOrEqual(1);
  });

  test('is decided anew when another process was quicker', async () => {
    const { state, calls } = countingStore(3);
    await using budget = open(state);
    expect((await askAll([budget], 5)).permits).toHaveLength(1);
    expect(calls).toEqual({ reads: 4, writes: 4 });
  });

  test('waits when others are always quicker, or when the settings cannot be had', async () => {
    await using crowded = open(countingStore(Number.POSITIVE_INFINITY).state);
    expect(await crowded.ask(anAsk)).toEqual({ afterMs: 1_000, reason: 'too many ask for the call budget' });
    await using unsettled = open(countingStore().state, () => {
      throw new Error('no settings');
    });
    expect(await unsettled.ask(anAsk)).toMatchObject({ afterMs: 1_000 });
  });
});
