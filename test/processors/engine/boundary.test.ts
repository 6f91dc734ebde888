import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { boundaries } from '#processors/engine/boundary.ts';
import { done } from '#processors/engine/outcome.ts';
import { openToy, type ToyFact, type ToyStage } from './toy.ts';

const runs: [string, ToyStage['run']][] = [
  ['with something to keep', async ({ id }) => done<ToyFact>({ facts: { id, note: 'learnt' } })],
  ['with nothing to keep', async () => done<ToyFact>()],
];
const send = pg.Client.prototype.query;

/** The kill matrix kills at these edges; one that is told of at another moment would prove something else. */
test.each(runs)('a step %s tells its edges in their order', async (_, run) => {
  await using toy = await openToy();
  const told: string[] = [];
  const stage: ToyStage = {
    name: 'a',
    async run(item, signal) {
      told.push('the effect');
      return run(item, signal);
    },
  };
  const worker = toy.worker([stage], {
    reached: (boundary, { pipeline, stage: at }) => told.push(`${boundary} ${pipeline}/${at}`),
  });
  const ids = await toy.begin(1);
  await worker.ring('a', ids);
  const edges = boundaries.map((boundary) => `${boundary} toy/a`);
  expect(told).toEqual(edges.toSpliced(2, 0, 'the effect'));
});

test.each(runs)('a step %s is told of as before its commit between its statement and the commit', async (_, run) => {
  await using toy = await openToy();
  const [id = ''] = await toy.begin(1);
  const order: string[] = [];
  const worker = toy.worker([{ name: 'a', run }], {
    reached: (boundary) => void (boundary === 'before-commit' && order.push('told')),
  });
  using said = jest.spyOn(pg.Client.prototype, 'query');
  said.mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [query] = args as [string | { name?: string }];
    const name = typeof query === 'string' ? query : query.name;
    if (name === 'oms-move' || name === 'commit') order.push(name);
    return Reflect.apply(send, this, args);
  } as never);
  await worker.ring('a', [id]);
  expect(order).toEqual(['oms-move', 'told', 'commit']);
});

test('what is told of as committed is there for everybody', async () => {
  await using toy = await openToy();
  const [id = ''] = await toy.begin(1);
  let seen: Promise<unknown> | undefined;
  const worker = toy.worker([{ name: 'a', run: async () => done<ToyFact>({ facts: { id, note: 'learnt' } }) }], {
    reached(boundary) {
      if (boundary === 'after-commit') seen = toy.row(id);
    },
  });
  await worker.ring('a', [id]);
  expect(await seen).toMatchObject({ status: 'ended', result: 'completed' });
});
