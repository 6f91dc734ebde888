import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dueAt, promote } from '#processors/engine/due.ts';
import { done } from '#processors/engine/outcome.ts';
import { collect, gate, openToy, type Toy, type ToyFact } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const pauses = () => {
  const stages = new Set<string>();
  return { stages, has: (pipeline: string, stage: string) => stages.has(`${pipeline}/${stage}`) };
};

const all = async (pages: AsyncIterable<{ id: string }[]>) => (await collect(pages)).flat();

test('a ring for a paused stage is dropped: nothing is claimed, and nothing is to be rung', async () => {
  const paused = pauses();
  const worker = toy.worker([{ name: 'a', run: async () => done<ToyFact>() }], { paused });
  const [id = ''] = await toy.begin(1);
  paused.stages.add('toy/a');
  expect(await worker.ring('a', [id])).toEqual({ next: [], ended: [], failed: [], skipped: [id] });
  expect(await toy.row(id)).toMatchObject({ status: 'ready', runs: 0, revision: 0 });
  paused.stages.delete('toy/a');
  expect(await worker.ring('a', [id])).toMatchObject({ ended: [id] });
});

test('what is in hand when its stage is paused is settled, and waits before the next stage if that is paused', async () => {
  const paused = pauses();
  const finish = gate();
  const begun = gate();
  const run = async () => {
    begun.open();
    await finish.passed;
    return done<ToyFact>();
  };
  const worker = toy.worker(
    [
      { name: 'a', run },
      { name: 'b', run: async () => done<ToyFact>() },
    ],
    { paused },
  );
  const [id = ''] = await toy.begin(1);
  const driven = worker.drive('a', [id]);
  await begun.passed;
  paused.stages.add('toy/a').add('toy/b');
  finish.open();
  await driven;
  expect(await toy.row(id)).toMatchObject({ stage: 'b', status: 'ready', runs: 0 });
});

test('all that is due at a stage is found, page by page, also what a dead worker holds, and nothing else', async () => {
  const ids = await toy.begin(2_300, { stage: 'due' });
  const [dead = ''] = ids;
  await toy.admin.query(`update progress set status = 'running' where id = $1`, [dead]);
  await toy.begin(5, { stage: 'due', afterMs: 1 });
  await toy.begin(5, { stage: 'elsewhere' });
  const due = await all(dueAt(toy.admin, { pipeline: 'toy', stage: 'due', now: toy.clock.now() }));
  expect(due.map(({ id }) => id)).toEqual(ids);
});

test('what is promoted is due now and says by whom; what is in hand, due already or ended is left alone', async () => {
  const later = await toy.begin(1_200, { stage: 'late', afterMs: 60_000 });
  const [held = ''] = await toy.begin(1, { stage: 'late', afterMs: 60_000 });
  await toy.admin.query(`update progress set status = 'running' where id = $1`, [held]);
  const [due = ''] = await toy.begin(1, { stage: 'late' });
  const before = await toy.row(held);
  const now = toy.clock.now();
  const wish = { pipeline: 'toy', stage: 'late', now, actor: 'olga', reason: 'promoted' };
  const [first = ''] = later;
  expect(await all(promote(toy.admin, { ...wish, id: first }))).toMatchObject([{ id: first, dueAt: now }]);
  expect(await all(promote(toy.admin, { ...wish, id: first }))).toEqual([]);
  expect(await all(promote(toy.admin, wish))).toHaveLength(1_199);
  const rows = await toy.rows(later);
  expect(rows.filter(({ due_at, rung_at }) => due_at.getTime() === now.getTime() && rung_at === null)).toHaveLength(
    1_200,
  );
  expect(await toy.history(first)).toEqual(['>late received', 'late>late promoted']);
  expect(await toy.history(due)).toEqual(['>late received']);
  expect(await toy.row(held)).toEqual(before);
});
