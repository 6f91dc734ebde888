import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Leases } from '#processors/engine/leases.ts';
import { done } from '#processors/engine/outcome.ts';
import type { Store } from '#processors/engine/store.ts';
import { eventually } from '#test/support/services.ts';
import { begun } from './shape.ts';
import { collect, gate, openToy, type Toy, ToyClock, type ToyStage, together } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const tail: ToyStage = { name: 'tail', run: async () => done() };
/** Its timer, a third of it, is real time; the lease itself is the test's. */
const leaseMs = 60;

/** A stage that answers when the test says so, and hears when it is aborted. */
function patient() {
  const begunRun = gate();
  const answer = gate();
  const aborted: string[] = [];
  const stage: ToyStage = {
    name: 'a',
    async run(_, signal) {
      signal.addEventListener('abort', () => aborted.push((signal.reason as Error).message));
      begunRun.open();
      await answer.passed;
      return done();
    },
  };
  return { stage, begun: begunRun.passed, answer, aborted };
}

test('a living worker keeps what it has in hand for as long as the run needs', async () => {
  const { stage, begun, answer, aborted } = patient();
  const [id = ''] = await toy.begin(1);
  const owner = toy.worker([stage, tail], { leaseMs });
  const rival = toy.worker([stage, tail]);
  const run = collect(owner.signal('a', [id]));
  await begun;
  for (let turn = 0; turn < 5; turn++) {
    // Two of them are less than a lease: the row may show a renewal before its owner has heard of it.
    toy.clock.advance(leaseMs * 0.4);
    await eventually(async () => (await toy.row(id)).due_at.getTime() === toy.clock.now().getTime() + leaseMs);
  }
  expect(await rival.ring('a', [id])).toMatchObject({ next: [{ stage: 'a', ids: [id] }], skipped: [] });
  answer.open();
  expect(together(await run).next).toMatchObject([{ stage: 'tail', ids: [id] }]);
  expect(aborted).toEqual([]);
  expect(await toy.row(id)).toMatchObject({ stage: 'tail', runs: 0 });
});

test('a dead worker’s item can be claimed when its lease is over, and not before', async () => {
  const dead = patient();
  const [id = ''] = await toy.begin(1);
  // Its timer never comes round in the life of this test: it is as good as dead.
  const worker = toy.worker([dead.stage, tail], { leaseMs: 600_000 });
  const abandoned = collect(worker.signal('a', [id]));
  await dead.begun;
  const heir = toy.worker([{ name: 'a', run: async ({ runs }) => done({ reason: `run ${runs}` }) }, tail]);
  toy.clock.advance(599_999);
  expect((await heir.ring('a', [id])).next).toMatchObject([{ stage: 'a', ids: [id] }]);
  toy.clock.advance(1);
  expect((await heir.ring('a', [id])).next).toMatchObject([{ stage: 'tail', ids: [id] }]);
  // It could see that an earlier run may have had its effect.
  expect(await toy.history(id)).toEqual(['>a received', 'a>tail run 2']);
  dead.answer.open();
  expect(together(await abandoned).skipped).toEqual([id]);
});

test('a lease that is over aborts the run, and what it says then is not heard', async () => {
  const { stage, begun, answer, aborted } = patient();
  const [id = ''] = await toy.begin(1);
  const slow = toy.worker([stage, tail], { leaseMs: 200 });
  const run = collect(slow.signal('a', [id]));
  await begun;
  // The worker was stopped for longer than its lease, and someone else was faster.
  const clock = new ToyClock();
  clock.advanceTo(new Date(toy.clock.now().getTime() + 200));
  const heir = toy.worker([{ name: 'a', run: async () => done({ reason: 'the heir' }) }, tail], { clock });
  await heir.ring('a', [id]);
  toy.clock.advance(200);
  expect(together(await run)).toMatchObject({ next: [], skipped: [id] });
  expect(aborted).toEqual(['the lease ran out']);
  answer.open();
  expect(await toy.history(id)).toEqual(['>a received', 'a>tail the heir']);
});

describe('while the database is away', () => {
  const away = { renew: () => Promise.reject(new Error('no database')) } as unknown as Store;

  test('a run goes on until its lease is over, and is aborted then', async () => {
    const clock = new ToyClock();
    using leases = new Leases({ store: away, clock, leaseMs: 600_000 });
    const aborted: string[] = [];
    const items = new Map([[begun.id, begun]]);
    leases.hold(items, new Date(clock.now().getTime() + 600_000), ({ message }) => aborted.push(message));
    clock.advance(599_999);
    await leases.renew();
    expect(aborted).toEqual([]);
    clock.advance(1);
    await leases.renew();
    expect(aborted).toEqual(['the lease ran out']);
  });

  test('what is no longer held is not aborted', async () => {
    const clock = new ToyClock();
    using leases = new Leases({ store: away, clock, leaseMs: 600_000 });
    const aborted: string[] = [];
    leases.hold(new Map(), clock.now(), ({ message }) => aborted.push(message))[Symbol.dispose]();
    clock.advance(600_000);
    await leases.renew();
    expect(aborted).toEqual([]);
  });
});

test('only what is still in hand is renewed: settled items of a chunk are let go', async () => {
  const { stage, begun, answer } = patient();
  const ids = await toy.begin(3);
  const worker = toy.worker(
    [
      { ...stage, run: (item, signal) => (item.id === ids[0] ? stage.run(item, signal) : tail.run(item, signal)) },
      tail,
    ],
    { leaseMs },
  );
  const settlements = worker.signal('a', ids);
  await settlements.next();
  await begun;
  const others = await toy.rows(ids.slice(1));
  toy.clock.advance(leaseMs / 2);
  await eventually(async () => (await toy.row(ids[0])).due_at.getTime() === toy.clock.now().getTime() + leaseMs);
  expect(await toy.rows(ids.slice(1))).toEqual(others);
  answer.open();
  await collect(settlements);
});
