import { describe, expect, test } from '@jest/globals';
import type { CallBudget } from '#src/thunderhead/budget/budget.ts';
import type { CallOutcome, Permit } from '#src/thunderhead/budget/call.ts';
import { eventually } from '#test/support/services.ts';
import { anAsk, askAll, kinds, leaseMs, openProcesses, type Processes } from './budget-processes.ts';

const dark: CallOutcome = { kind: 'unavailable', reason: 'connection refused' };
const answered: CallOutcome = { kind: 'answered' };

/** Makes a call that ends so; resolves when all know it. */
async function call(budget: CallBudget, outcome: CallOutcome): Promise<void> {
  const permit = (await budget.ask(anAsk)) as Permit;
  expect(permit).toMatchObject({ id: expect.any(String) });
  const { inFlight } = await budget.look();
  budget.finish(permit, outcome);
  await eventually(async () => (await budget.look()).inFlight === inFlight - 1);
}

async function calls(budget: CallBudget, ...outcomes: CallOutcome[]): Promise<void> {
  for (const outcome of outcomes) await call(budget, outcome);
}

/** Two processes with tokens enough. */
async function openTwo(processes: Processes) {
  processes.settings.callsPerMinute = 600;
  const [one, other] = [await processes.open(), await processes.open()];
  await call(one.budget, answered);
  processes.advance(60_000);
  return { one, other, budgets: [one.budget, other.budget] };
}

const breakerOf = async ({ budget }: { budget: CallBudget }) => (await budget.look()).breaker;

describe.each(kinds)('the breaker of all processes, kept in %s', (kind) => {
  test('opens for all when one has seen five failures in a row', async () => {
    await using processes = await openProcesses(kind);
    const { one, other, budgets } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, answered, dark, dark, dark, dark);
    expect(await breakerOf(other)).toMatchObject({ state: 'closed', openedTimes: 0 });
    await call(one.budget, dark);
    expect(await breakerOf(other)).toMatchObject({ state: 'open', openedTimes: 1, reason: 'connection refused' });
    processes.advance(4_999);
    const { permits, laters } = await askAll(budgets, 30);
    expect(permits).toEqual([]);
    for (const { reason } of laters) expect(reason).toBe('Thunderhead is being left alone (connection refused)');
  });

  test('is not moved by a throttling, nor by a permit that was not used', async () => {
    await using processes = await openProcesses(kind);
    const { one } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, { kind: 'unused' });
    await call(one.budget, { kind: 'throttled', afterMs: 2_000 });
    expect(await breakerOf(one)).toMatchObject({ state: 'closed' });
    expect((await askAll([one.budget], 1)).laters[0]?.reason).toBe('Thunderhead wants no calls for a while');
    processes.advance(4_000);
    await call(one.budget, dark);
    expect(await breakerOf(one)).toMatchObject({ state: 'open' });
  });

  test('lets one call find out, of all processes; it closes, and what has waited comes out drop by drop', async () => {
    await using processes = await openProcesses(kind);
    const { one, other, budgets } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, dark);
    processes.advance(5_000);
    const { permits } = await askAll(budgets, 50);
    expect(permits).toHaveLength(1);
    expect(permits[0]?.probe).toBe(true);
    expect(await breakerOf(other)).toMatchObject({ state: 'probing' });
    other.budget.finish(permits[0] as Permit, answered);
    await eventually(async () => (await breakerOf(one)).state === 'closed');
    const after = await askAll(budgets, 50);
    expect(after.permits).toHaveLength(1);
    expect(after.permits[0]?.probe).toBe(false);
    processes.advance(1_001);
    expect((await askAll(budgets, 50)).permits).toHaveLength(10);
    const lines = [...one.lines, ...other.lines];
    expect(lines).toEqual([
      'error: Thunderhead does not answer: it is being left alone, all calls wait',
      'info: Thunderhead answers again',
    ]);
  });

  test('rests twice as long after each call that finds nothing, up to a minute', async () => {
    await using processes = await openProcesses(kind);
    const { one, other, budgets } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, dark);
    processes.advance(5_000);
    for (const [index, restMs] of [10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
      const prober = budgets[index % 2] as CallBudget;
      await call(prober, dark);
      processes.advance(restMs - 1);
      expect((await askAll(budgets, 10)).permits).toEqual([]);
      processes.advance(1);
    }
    expect(await breakerOf(one)).toMatchObject({ state: 'open', openedTimes: 1 });
    // Said once, however long it takes.
    expect([...one.lines, ...other.lines]).toHaveLength(1);
  });

  test('sends another one when the process that was to find out has died', async () => {
    await using processes = await openProcesses(kind);
    const { one, other } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, dark);
    processes.advance(5_000);
    expect((await askAll([one.budget], 1)).permits).toMatchObject([{ probe: true }]);
    one.link.cut();
    processes.advance(leaseMs - 1);
    expect((await askAll([other.budget], 10)).permits).toEqual([]);
    processes.advance(1);
    expect((await askAll([other.budget], 10)).permits).toMatchObject([{ probe: true }]);
  });

  test('asks the gateway again when it has only said to wait, and does not hold it against it', async () => {
    await using processes = await openProcesses(kind);
    const { one, budgets } = await openTwo(processes);
    await calls(one.budget, dark, dark, dark, dark, dark);
    processes.advance(5_000);
    await call(one.budget, { kind: 'throttled', afterMs: 3_000 });
    expect((await askAll(budgets, 10)).permits).toEqual([]);
    processes.advance(3_101);
    expect((await askAll(budgets, 10)).permits).toMatchObject([{ probe: true }]);
  });

  test('is not opened by what a process saw before it closed', async () => {
    await using processes = await openProcesses(kind);
    const { one, other } = await openTwo(processes);
    await calls(other.budget, dark, dark, dark, dark);
    await calls(one.budget, dark, dark, dark, dark, dark);
    processes.advance(5_000);
    await call(one.budget, answered);
    processes.advance(5_000);
    await calls(other.budget, dark, dark, dark, dark);
    expect(await breakerOf(one)).toMatchObject({ state: 'closed', openedTimes: 1 });
    await call(other.budget, dark);
    expect(await breakerOf(one)).toMatchObject({ state: 'open', openedTimes: 2 });
  });
});
