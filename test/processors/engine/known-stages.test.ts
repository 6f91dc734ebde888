import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { refuseUnknownStages } from '#processors/engine/known-stages.ts';
import { openToy, type Toy } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const shape = { name: 'toy', stages: [{ name: 'a' }, { name: 'b' }] } as unknown as Parameters<
  typeof refuseUnknownStages
>[1][number];
const start = () => refuseUnknownStages(toy.admin, [shape], ['bullmq']);

test('a version starts when it knows where everything stands; what has ended may stand anywhere', async () => {
  await toy.begin(2);
  const [ended] = await toy.begin(1, { stage: 'gone' });
  await toy.admin.query(`update progress set status = 'ended', ended_at = now(), orchestration = 'x' where id = $1`, [
    ended,
  ]);
  await start();
});

test('it refuses when something is at a stage, in a pipeline or in an orchestration it does not know, naming all', async () => {
  await toy.begin(3, { stage: 'c' });
  const [carried, other] = await toy.begin(2);
  await toy.admin.query(`update progress set orchestration = 'kafka' where id = $1`, [carried]);
  await toy.admin.query(`update progress set pipeline = 'order' where id = $1`, [other]);
  await expect(start()).rejects.toThrow('1 at order/a (bullmq), 1 at toy/a (kafka), 3 at toy/c (bullmq)');
});
