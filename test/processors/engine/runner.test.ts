import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { done, Fault, look, postpone, reject, wait } from '#processors/engine/outcome.ts';
import { reopen } from '#processors/engine/reopen.ts';
import { Store } from '#processors/engine/store.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { openConnections } from '#src/platform/database.ts';
import { failure } from './shape.ts';
import { collect, gate, openToy, type Toy, type ToyFact, type ToyStage, together } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const always = { always: true as const };
const fault = new Fault({ ...failure, code: 'TOY_BROKEN' });

describe('a claim', () => {
  test('is exclusive: two workers with the same signal run each item once', async () => {
    const runs: string[] = [];
    const stage: ToyStage = {
      name: 'a',
      run: async ({ id }) => {
        runs.push(id);
        return done();
      },
    };
    const workers = [toy.worker([stage]), toy.worker([stage])];
    const ids = await toy.begin(200);
    const chunks = [0, 50, 100, 150].map((from) => ids.slice(from, from + 50));
    const settlements = await Promise.all(
      chunks.flatMap((chunk) => [...workers, ...workers].map((worker) => worker.ring('a', chunk))),
    );
    expect(runs.sort()).toEqual(ids);
    expect(settlements.flatMap(({ ended }) => ended).sort()).toEqual(ids);
  });

  test('that another worker is just making is neither waited for nor made twice', async () => {
    const run = jest.fn(async () => done<ToyFact>());
    const worker = toy.worker([{ name: 'a', run }]);
    const [taken = '', free = ''] = await toy.begin(2);
    await inTransaction(toy.admin, async (rival) => {
      await rival.query(`update progress set status = 'running', revision = revision + 1 where id = $1`, [taken]);
      expect(await worker.ring('a', [taken, free])).toMatchObject({ next: [], ended: [free], skipped: [taken] });
    });
    expect(run).toHaveBeenCalledTimes(1);
    expect(await toy.row(taken)).toMatchObject({ status: 'running', runs: 0, revision: 1 });
  });

  test('that comes early answers "not yet, due then": the item is rung again, not skipped, and not touched', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => done() }]);
    const [id = ''] = await toy.begin(1, { afterMs: 10_000 });
    const before = await toy.row(id);
    const { next, skipped, ended } = await worker.ring('a', [id]);
    expect({ skipped, ended }).toEqual({ skipped: [], ended: [] });
    expect(next).toHaveLength(1);
    expect(next[0]).toMatchObject({ pipeline: 'toy', stage: 'a', ids: [id] });
    expect(next[0]?.dueAt.getTime()).toBeGreaterThanOrEqual(before.due_at.getTime());
    expect(next[0]?.dueAt.getTime()).toBeLessThanOrEqual(before.due_at.getTime() + 500);
    expect(await toy.row(id)).toEqual(before);
  });

  test('tells apart what is ours, what is not due, and what has gone on', async () => {
    const worker = toy.worker([
      { name: 'a', run: async () => done() },
      { name: 'b', run: async () => done() },
    ]);
    const [due = ''] = await toy.begin(1);
    const [later = ''] = await toy.begin(1, { afterMs: 5_000 });
    const [elsewhere = ''] = await toy.begin(1, { stage: 'b' });
    const unknown = '00000000-0000-7000-8000-000000000000';
    const { next, skipped } = await worker.ring('a', [due, later, elsewhere, unknown]);
    expect([...skipped].sort()).toEqual([elsewhere, unknown].sort());
    expect(next.find(({ stage }) => stage === 'a')?.ids).toEqual([later]);
    expect(next.find(({ stage }) => stage === 'b')?.ids).toEqual([due]);
  });

  test('of what has ended is skipped', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => done() }]);
    const ids = await toy.begin(1);
    await worker.ring('a', ids);
    expect(await worker.ring('a', ids)).toMatchObject({ next: [], ended: [], skipped: ids });
  });

  test('runs an id once that its signal names twice', async () => {
    const run = jest.fn(async () => done<ToyFact>());
    const worker = toy.worker([{ name: 'a', run }]);
    const [id = ''] = await toy.begin(1);
    await worker.ring('a', [id, id]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('for a stage the pipeline does not have is the machinery’s fault and nobody’s claim', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => done() }]);
    await expect(worker.ring('b', await toy.begin(1))).rejects.toThrow('no stage b');
  });
});

describe('the intent of a stage that must not happen twice', () => {
  test('is in the database before the stage is run', async () => {
    const seen: unknown[] = [];
    const worker = toy.worker([
      {
        name: 'a',
        effect: 'once',
        run: async ({ id }) => {
          seen.push(await toy.row(id));
          return done();
        },
      },
    ]);
    await worker.ring('a', await toy.begin(3));
    expect(seen).toEqual(Array(3).fill(expect.objectContaining({ status: 'running', runs: 1, revision: 1 })));
  });

  test('and its settlement wait for the disk; what can be worked out again does not', async () => {
    const connections = toy.connect();
    const closed = openConnections(toy.databaseUrl, () => {});
    await closed[Symbol.asyncDispose]();
    const careful = new Store({ durable: connections.durable, relaxed: closed.relaxed });
    const worker = toy.worker([{ name: 'a', effect: 'once', run: async () => done() }, tail], { store: careful });
    const ids = await toy.begin(2);
    await worker.ring('a', ids);
    expect(await toy.rows(ids)).toEqual(Array(2).fill(expect.objectContaining({ stage: 'tail' })));

    const quick = new Store({ durable: closed.durable, relaxed: connections.relaxed });
    const other = toy.worker([{ name: 'a', run: async () => done() }, tail], { store: quick });
    const more = await toy.begin(2);
    await other.ring('a', more);
    expect(await toy.rows(more)).toEqual(Array(2).fill(expect.objectContaining({ stage: 'tail' })));
  });
});

const tail: ToyStage = { name: 'tail', run: async () => done() };

describe('an item’s way', () => {
  test('is told by one row of history per transition, and none for waiting', async () => {
    let looks = 0;
    const worker = toy.worker([
      { name: 'a', run: async () => done({ reason: 'all is well' }) },
      { name: 'b', run: async () => (++looks < 4 ? wait(1_000, 'not ready') : done()) },
      { ...tail, ...always },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(looks).toBe(4);
    expect(await toy.history(id)).toEqual(['>a received', 'a>b all is well', 'b>tail done', 'tail>completed ended']);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'completed', ended_at: toy.clock.now() });
    expect(worker.ended).toEqual([id]);
  });

  test('tells what the participant said when it was asked', async () => {
    let looks = 0;
    const worker = toy.worker([
      { name: 'a', run: async () => (++looks < 3 ? look(1_000, `asked: ${looks}`) : done()) },
      tail,
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(await toy.history(id)).toEqual([
      '>a received',
      'a>a asked: 1',
      'a>a asked: 2',
      'a>tail done',
      'tail>completed ended',
    ]);
  });

  test('tells of the faults of a stage that is tried for ever ever more rarely', async () => {
    let runs = 0;
    const worker = toy.worker([
      {
        ...{ name: 'a', ...always, retry: { firstMs: 10, capMs: 10 } },
        run: async () => {
          if (++runs <= 100) throw new Error(`fault ${runs}`);
          return done();
        },
      },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    const told = (await toy.history(id)).flatMap((line) => /fault (\d+)/.exec(line)?.[1] ?? []);
    expect(told).toEqual(['1', '2', '4', '8', '16', '32', '64']);
  });

  test('of fifty is rung in one signal', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => done() }, tail]);
    const ids = await toy.begin(50);
    const { next } = await worker.ring('a', ids);
    expect(next).toHaveLength(1);
    expect([...(next[0]?.ids ?? [])].sort()).toEqual(ids);
  });

  test('back undoes what was done, in reverse, and still runs the always stage', async () => {
    const calls: string[] = [];
    const tell = async (what: string) => {
      calls.push(what);
      return done<ToyFact>();
    };
    const undoable = (name: string): ToyStage => ({
      name,
      run: () => tell(name),
      undo: () => tell(`undo ${name}`),
    });
    const worker = toy.worker([
      undoable('a'),
      undoable('b'),
      { ...undoable('c'), run: async () => reject(failure) },
      { name: 'close', ...always, run: ({ result }) => tell(`close ${result}`) },
    ]);
    const [id] = await toy.begin(1);
    await worker.drive('a', [id ?? '']);
    expect(calls).toEqual(['a', 'b', 'undo b', 'undo a', 'close compensated']);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'compensated' });
  });
});

describe('a straggler', () => {
  test('does not hold its chunk: the other forty-nine are settled and on their way before it answers', async () => {
    const slow = gate();
    const ids = await toy.begin(50);
    const straggler = ids[17];
    const worker = toy.worker([
      { name: 'a', run: async ({ id }) => (id === straggler ? slow.passed.then(() => done()) : done()) },
      tail,
    ]);
    const settlements = worker.signal('a', ids);
    const { value } = await settlements.next();
    expect(value?.next.flatMap((signal) => signal.ids)).toHaveLength(49);
    expect((await toy.rows(ids)).filter(({ stage }) => stage === 'tail')).toHaveLength(49);
    expect(await toy.row(straggler)).toMatchObject({ stage: 'a', status: 'running' });
    slow.open();
    expect(together(await collect(settlements)).next).toMatchObject([{ stage: 'tail', ids: [straggler] }]);
  });

  test('that never answers is aborted after the stage’s time-out, which counts as a fault', async () => {
    const ids = await toy.begin(2);
    const aborted: string[] = [];
    const worker = toy.worker([
      {
        name: 'a',
        timeoutMs: 40,
        run: ({ id }, signal) =>
          id === ids[0]
            ? Promise.resolve(done())
            : new Promise(() => signal.addEventListener('abort', () => aborted.push(id))),
      },
      tail,
    ]);
    await worker.ring('a', ids);
    expect(aborted).toEqual([ids[1]]);
    expect(await toy.row(ids[0])).toMatchObject({ stage: 'tail' });
    expect(await toy.row(ids[1])).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    expect(await toy.errors(ids[1])).toMatchObject([{ code: 'OMS_STAGE_TIMEOUT', category: 'TIMEOUT' }]);
  });
});

describe('the error row', () => {
  test('is written with the first fault, says when it is tried again, and goes when the item gets past', async () => {
    let broken = true;
    const worker = toy.worker([
      {
        name: 'a',
        retry: { firstMs: 1_000 },
        run: async () => {
          if (broken) throw fault;
          return done();
        },
      },
      tail,
    ]);
    const [id = ''] = await toy.begin(1);
    const first = toy.clock.now();
    await worker.ring('a', [id]);
    expect(await toy.errors(id)).toEqual([
      expect.objectContaining({
        stage: 'a',
        pipeline: 'toy',
        code: 'TOY_BROKEN',
        category: 'TOY',
        description: 'the toy said no',
        details: null,
        resume_at: 'a',
        attempts: 1,
        first_failed_at: first,
        next_retry_at: (await toy.row(id)).due_at,
      }),
    ]);
    toy.clock.advance(1_000);
    await worker.ring('a', [id]);
    expect(await toy.errors(id)).toMatchObject([
      { attempts: 2, first_failed_at: first, last_failed_at: toy.clock.now() },
    ]);
    broken = false;
    toy.clock.advance(2_000);
    await worker.ring('a', [id]);
    expect(await toy.row(id)).toMatchObject({ stage: 'tail', attempts: 0 });
    expect(await toy.errors(id)).toEqual([]);
    expect(worker.faults).toHaveLength(2);
  });

  test('goes although the item had to wait between the fault and getting past', async () => {
    const answers: ToyStage['run'][] = [
      () => Promise.reject(fault),
      async () => wait(10, 'not yet'),
      async () => done(),
    ];
    const worker = toy.worker([
      { name: 'a', run: (item, signal) => (answers.shift() ?? tail.run)(item, signal) },
      tail,
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ result: 'completed' });
    expect(await toy.errors(id)).toEqual([]);
    expect(await toy.history(id)).toHaveLength(4);
  });

  test('stays while nobody can be asked, and its attempts count on', async () => {
    let asked = 0;
    const worker = toy.worker([
      {
        name: 'a',
        retry: { attempts: 3, firstMs: 10 },
        run: async () => {
          if (++asked % 2 === 0) return postpone(10, 'nobody was asked');
          throw fault;
        },
      },
      tail,
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(asked).toBe(5);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'failed' });
    expect(await toy.errors(id)).toMatchObject([{ attempts: 3 }]);
  });

  test('of an earlier round stays while it waits, and goes when the item fails elsewhere', async () => {
    const run = new Map<string, ToyStage['run']>([
      ['a', async () => done()],
      ['b', async () => reject({ ...failure, code: 'TOY_STOPPED', resumeAt: 'a' })],
    ]);
    const stage = (name: string): ToyStage => ({ name, run: (...item) => (run.get(name) ?? tail.run)(...item) });
    const worker = toy.worker([stage('a'), stage('b')], { pivot: 'a' });
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(await toy.errors(id)).toMatchObject([{ stage: 'b', code: 'TOY_STOPPED' }]);

    await reopen(toy.admin, [id], { actor: 'operator:ops', reason: 'again', now: toy.clock.now() });
    run.set('a', async () => wait(10, 'not yet'));
    await worker.ring('a', [id]);
    expect(await toy.errors(id)).toMatchObject([{ stage: 'b', code: 'TOY_STOPPED' }]);
    run.set('a', async () => reject(failure));
    toy.clock.advance(10);
    await worker.drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'rejected', round: 2 });
    expect(await toy.errors(id)).toMatchObject([{ stage: 'a', code: failure.code }]);
  });

  test('stays when all attempts are used up, and promises no other', async () => {
    let runs = 0;
    const worker = toy.worker([
      {
        name: 'a',
        retry: { attempts: 3, firstMs: 10 },
        run: async () => {
          runs++;
          throw new Error('plain trouble');
        },
      },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(runs).toBe(3);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'failed' });
    expect(await toy.errors(id)).toMatchObject([
      { attempts: 3, code: 'OMS_INTERNAL_ERROR', description: 'plain trouble', next_retry_at: null },
    ]);
    expect(await toy.history(id)).toEqual([
      '>a received',
      'a>a OMS_INTERNAL_ERROR: plain trouble',
      'a>a OMS_INTERNAL_ERROR: plain trouble',
      'a>failed OMS_INTERNAL_ERROR: plain trouble',
    ]);
  });

  test('promises no other attempt when the stage that gave up is undone', async () => {
    const worker = toy.worker([
      {
        name: 'a',
        retry: { attempts: 1 },
        run: () => Promise.reject(fault),
        undo: async () => wait(1_000, 'still undoing'),
      },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.ring('a', [id]);
    expect(await toy.row(id)).toMatchObject({ stage: 'a', direction: 'backward', status: 'ready' });
    expect(await toy.errors(id)).toMatchObject([{ stage: 'a', next_retry_at: null }]);
  });

  test('keeps the details of a refusal and where a retrigger begins', async () => {
    const details = { missing: ['dueDate'], limit: 3 };
    const worker = toy.worker([
      { name: 'a', run: async () => done() },
      { name: 'b', run: async () => reject({ ...failure, details, resumeAt: 'a' }) },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'rejected' });
    expect(await toy.errors(id)).toMatchObject([{ stage: 'b', resume_at: 'a', details, next_retry_at: null }]);
  });
});

describe('a retrigger', () => {
  test('returns to the stage the error row names, with all attempts, and clears the row when it gets past', async () => {
    let broken = true;
    let runs = 0;
    const worker = toy.worker([
      { name: 'a', run: async () => done() },
      {
        name: 'b',
        retry: { attempts: 2, firstMs: 10 },
        run: async () => {
          runs++;
          if (broken) throw fault;
          return done();
        },
      },
    ]);
    const [id = ''] = await toy.begin(1);
    await worker.drive('a', [id]);
    expect(await toy.row(id)).toMatchObject({ stage: 'b', status: 'ended', attempts: 1, result: 'failed', round: 1 });

    const again = { actor: 'ada', reason: 'the generator is back', now: toy.clock.now() };
    const reopened = await reopen(toy.admin, [id], again);
    expect(reopened).toMatchObject([{ id, stage: 'b', round: 2, attempts: 0 }]);
    expect(await toy.row(id)).toMatchObject({
      ...{ stage: 'b', status: 'ready', result: null, attempts: 0, runs: 0, round: 2, ended_at: null },
      revision: reopened[0]?.revision,
    });
    expect((await toy.history(id)).at(-1)).toBe('failed>b the generator is back');

    runs = 0;
    await worker.drive('b', [id]);
    expect(runs).toBe(2);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'failed', round: 2 });

    await reopen(toy.admin, [id], again);
    broken = false;
    await worker.drive('b', [id]);
    expect(await toy.row(id)).toMatchObject({ status: 'ended', result: 'completed', round: 3 });
    expect(await toy.errors(id)).toEqual([]);
  });

  test('leaves alone what is under way, completed, or gone', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => done() }]);
    const ids = await toy.begin(2);
    await worker.ring('a', ids.slice(0, 1));
    const before = await toy.rows(ids);
    const unknown = '00000000-0000-7000-8000-000000000000';
    const again = { actor: 'ada', reason: 'why not', now: toy.clock.now() };
    expect(await reopen(toy.admin, [...ids, unknown], again)).toEqual([]);
    expect(await toy.rows(ids)).toEqual(before);
  });

  test('of the same item by two operators counts once', async () => {
    const worker = toy.worker([{ name: 'a', run: async () => reject(failure) }]);
    const ids = await toy.begin(1);
    await worker.ring('a', ids);
    const again = { actor: 'ada', reason: 'again', now: toy.clock.now() };
    const answers = await Promise.all([1, 2, 3].map(() => reopen(toy.admin, ids, again)));
    expect(answers.flat()).toHaveLength(1);
    expect(await toy.row(ids[0])).toMatchObject({ round: 2 });
  });
});

describe('loading', () => {
  test('an unreadable item fails alone', async () => {
    const ids = await toy.begin(50);
    const worker = toy.worker([{ name: 'a', run: async () => done() }, tail], {
      load: async (_, claimed) => {
        if (claimed.some(({ id }) => id === ids[3])) throw new Error('cannot read this');
        return new Map(claimed.map((at) => [at.id, at]));
      },
    });
    await worker.ring('a', ids);
    expect((await toy.rows(ids)).filter(({ stage }) => stage === 'tail')).toHaveLength(49);
    expect(await toy.row(ids[3])).toMatchObject({ stage: 'a', attempts: 1 });
    expect(await toy.errors(ids[3])).toMatchObject([{ description: 'cannot read this' }]);
  });

  test('an item that is not there fails alone', async () => {
    const ids = await toy.begin(2);
    const worker = toy.worker([{ name: 'a', run: async () => done() }, tail], {
      load: async (_, claimed) => new Map(claimed.filter(({ id }) => id !== ids[0]).map((at) => [at.id, at])),
    });
    await worker.ring('a', ids);
    expect(await toy.rows(ids)).toMatchObject([{ stage: 'a', attempts: 1 }, { stage: 'tail' }]);
  });
});
