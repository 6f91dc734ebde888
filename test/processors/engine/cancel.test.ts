import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cancel } from '#processors/engine/cancel.ts';
import { cancelled, done } from '#processors/engine/outcome.ts';
import { reopen } from '#processors/engine/reopen.ts';
import { gate, openToy, type Toy, type ToyStage } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy?.[Symbol.asyncDispose]());

const ran: string[] = [];
const stage = (name: string, more: Partial<ToyStage> = {}): ToyStage => ({
  name,
  retry: { attempts: 2, firstMs: 100, capMs: 100 },
  run: async (at) => {
    ran.push(`${name} ${at.id}`);
    return done();
  },
  ...more,
});
const faulty = async () => {
  throw new Error('no answer');
};
const close = () => stage('z', { always: true });
const wish = async (id: string | undefined, stages: [ToyStage, ...ToyStage[]], pivot?: string) =>
  cancel(
    toy.admin,
    { name: 'toy', stages: stages as never, ...(pivot && { pivot }) },
    { id: id as string, actor: 'client:toy', reason: 'changed my mind', now: toy.clock.now() },
  );

describe('a wish to cancel', () => {
  test('ends at once what nobody has in hand, and says who and why', async () => {
    const stages: [ToyStage, ...ToyStage[]] = [stage('a'), stage('b'), close()];
    const [id] = await toy.begin(1, { afterMs: 60_000 });
    expect(await wish(id, stages)).toMatchObject({ heard: true, at: { stage: 'z', result: 'cancelled' } });
    await toy.worker(stages).drive('z', [id as string]);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'cancelled' });
    expect(await toy.history(id)).toEqual(['>a received', 'a>z cancelled: changed my mind', 'z>cancelled ended']);
    const { rows } = await toy.admin.query('select round, actor, reason from cancellation where item_id = $1', [id]);
    expect(rows).toEqual([{ round: 1, actor: 'client:toy', reason: 'changed my mind' }]);
    expect(ran.filter((entry) => entry.endsWith(id as string))).toEqual([`z ${id}`]);
  });

  test('waits for the worker that has the item in hand, and is granted before the next stage runs', async () => {
    const held = gate();
    const begun = gate();
    const stages: [ToyStage, ...ToyStage[]] = [
      stage('a', {
        run: async () => {
          begun.open();
          await held.passed;
          return done();
        },
      }),
      stage('b', { effect: 'once' }),
      close(),
    ];
    const [id] = (await toy.begin(1)) as [string];
    const worker = toy.worker(stages);
    const running = worker.drive('a', [id]);
    await begun.passed;
    expect(await wish(id, stages)).toMatchObject({ heard: true, at: { stage: 'a', status: 'running' } });
    held.open();
    await running;
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'cancelled' });
    expect(ran).not.toContain(`b ${id}`);
    expect(await toy.history(id)).toEqual([
      '>a received',
      'a>a to be cancelled: changed my mind',
      'a>b done',
      'b>z cancelled, as it was asked for',
      'z>cancelled ended',
    ]);
  });

  test('undoes what was done before it', async () => {
    const undone: string[] = [];
    const undo = (name: string): ToyStage =>
      stage(name, {
        undo: async () => {
          undone.push(name);
          return done();
        },
      });
    const stages: [ToyStage, ...ToyStage[]] = [undo('a'), undo('b'), stage('c'), close()];
    const [id] = (await toy.begin(1)) as [string];
    const worker = toy.worker(stages);
    await worker.ring('a', [id]);
    await worker.ring('b', [id]);
    expect(await wish(id, stages)).toMatchObject({ at: { stage: 'b', direction: 'backward', result: 'cancelled' } });
    await worker.drive('b', [id]);
    expect(undone).toEqual(['b', 'a']);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'cancelled' });
  });

  test('where an effect without undo may have happened: the stage finds out, at once', async () => {
    let sent = false;
    const once = stage('a', {
      effect: 'once',
      retry: { attempts: 9, firstMs: 60_000, capMs: 60_000 },
      run: async (at) => {
        if (at.cancelAsked) return cancelled('it was not accepted');
        sent = true;
        return faulty();
      },
    });
    const stages: [ToyStage, ...ToyStage[]] = [once, close()];
    const [id] = (await toy.begin(1)) as [string];
    const worker = toy.worker(stages, { pivot: 'a' });
    await worker.ring('a', [id]);
    expect(sent).toBe(true);
    expect(await toy.errors(id)).toHaveLength(1);
    const answer = await wish(id, stages, 'a');
    expect(answer).toMatchObject({ heard: true, at: { stage: 'a', status: 'ready', result: null } });
    expect(answer?.at.dueAt).toEqual(toy.clock.now());
    await worker.drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'cancelled' });
    expect(await toy.errors(id)).toEqual([]);
  });

  test('past the pivot is heard only where a stage can stop what is under way', async () => {
    const deaf: [ToyStage, ...ToyStage[]] = [stage('a'), stage('b'), close()];
    const stoppable: [ToyStage, ...ToyStage[]] = [
      stage('a'),
      stage('b', { stoppable: true, run: async (at) => (at.cancelAsked ? cancelled('stopped') : done()) }),
      close(),
    ];
    const [one, other] = (await toy.begin(2)) as [string, string];
    const worker = toy.worker(stoppable, { pivot: 'a' });
    await worker.ring('a', [one, other]);
    expect(await wish(one, deaf, 'a')).toMatchObject({ heard: false, at: { stage: 'b' } });
    expect(await toy.row(one)).toMatchObject({ cancel_asked: false });
    expect(await wish(other, stoppable, 'a')).toMatchObject({ heard: true, at: { stage: 'b' } });
    await worker.drive('b', [one, other]);
    expect(await toy.row(one)).toMatchObject({ result: 'completed' });
    expect(await toy.row(other)).toMatchObject({ result: 'cancelled' });
  });

  test('repeated is the same wish: nothing is written twice, and nothing is hurried twice', async () => {
    const stages: [ToyStage, ...ToyStage[]] = [stage('a', { effect: 'once', run: faulty }), close()];
    const [id] = (await toy.begin(1)) as [string];
    await toy.worker(stages).ring('a', [id]);
    const first = await wish(id, stages);
    toy.clock.advance(5);
    expect(await wish(id, stages)).toEqual(first);
    expect(await toy.history(id)).toHaveLength(3);
  });

  test('what has an end is left alone, and what does not exist is not found', async () => {
    const stages: [ToyStage, ...ToyStage[]] = [stage('a'), close()];
    const [id] = (await toy.begin(1)) as [string];
    const worker = toy.worker(stages);
    await worker.ring('a', [id]);
    // Its result is known, and is about to be told.
    expect(await wish(id, stages)).toMatchObject({ heard: false, at: { stage: 'z', result: 'completed' } });
    await worker.drive('z', [id]);
    expect(await wish(id, stages)).toMatchObject({ heard: false });
    expect(await wish('01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8', stages)).toBeUndefined();
  });

  test('counts for its round: who sets the item going again has decided anew', async () => {
    const stages: [ToyStage, ...ToyStage[]] = [
      stage('a', { effect: 'once', retry: { attempts: 1 }, run: faulty }),
      close(),
    ];
    const [id] = (await toy.begin(1)) as [string];
    const worker = toy.worker([stage('a', { effect: 'once', run: faulty }), close()]);
    await worker.ring('a', [id]);
    await wish(id, stages);
    await toy.worker(stages).drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ result: 'failed', cancel_asked: true });
    const [again] = await reopen(toy.admin, [id], { actor: 'admin', reason: 'again', now: toy.clock.now() });
    expect(again).toMatchObject({ round: 2, cancelAsked: false });
    expect(await toy.row(id)).toMatchObject({ cancel_asked: false });
    // And a wish in this one is a wish of its own.
    expect(await wish(id, stages)).toMatchObject({ heard: true });
  });
});
