import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { done } from '#processors/engine/outcome.ts';
import { overdue } from '#processors/engine/overdue.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { collect, keepNotes, openToy, type Toy, type ToyStage, together } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const endConnections = () =>
  toy.admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like 'oms-%'`,
  );

/** Rings what the sweep would ring, until nothing is left that has not ended. */
async function sweepToTheEnd(worker: ReturnType<Toy['worker']>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const query = { pipeline: 'toy', now: toy.clock.now(), graceMs: 0, ringAgainMs: 0, limit: 5_000 };
    const lost = await overdue(toy.admin, query);
    let rings = signalsFor('toy', lost, query.now);
    while (rings.length > 0) {
      const answers = await Promise.allSettled(
        rings.map(({ stage, ids }) => collect(worker.signal(stage, ids)).then(together)),
      );
      rings = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.next : []));
      rings = rings.filter(({ dueAt }) => dueAt <= toy.clock.now());
    }
    const { rows } = await toy.admin.query('select count(*)::int as left from progress where ended_at is null');
    if (rows[0].left === 0) return;
    // Leases and back-offs pass.
    toy.clock.advance(60_001);
  }
  throw new Error('some items never ended');
}

test('all connections killed again and again, in the middle of settlements: nothing is lost, nothing is kept twice', async () => {
  let runs = 0;
  let kept = 0;
  let kills = 0;
  const stage = (name: string, more: Partial<ToyStage> = {}): ToyStage => ({
    name,
    retry: { attempts: 50 },
    run: async ({ id }) => {
      if (++runs % 150 === 0) await kill();
      return done({ facts: { id, note: name } });
    },
    ...more,
  });
  const kill = async () => {
    kills++;
    await endConnections();
  };
  const worker = toy.worker([stage('a'), stage('b', { effect: 'once' }), stage('c', { always: true })], {
    async keep(facts, transaction) {
      // Between the move and its commit.
      if (++kept % 5 === 2 && kills < 12) await kill();
      await keepNotes(facts, transaction);
    },
  });
  const ids = await toy.begin(300);
  await sweepToTheEnd(worker);
  expect(kills).toBeGreaterThan(3);
  expect((await toy.rows(ids)).every(({ result, status }) => status === 'ended' && result === 'completed')).toBe(true);
  const { rows } = await toy.admin.query(
    `select note, count(*)::int as facts, count(distinct item_id)::int as items from scratch
     where item_id = any($1) group by note order by note`,
    [ids],
  );
  expect(rows).toEqual(['a', 'b', 'c'].map((name) => ({ note: name, facts: 300, items: 300 })));
  const told = await toy.admin.query(
    `select from_state, to_state, count(*)::int as rows from history
     where item_id = any($1) and from_state is distinct from to_state group by 1, 2 order by 1, 2`,
    [ids],
  );
  expect(told.rows).toEqual([
    { from_state: 'a', to_state: 'b', rows: 300 },
    { from_state: 'b', to_state: 'c', rows: 300 },
    { from_state: 'c', to_state: 'completed', rows: 300 },
    { from_state: null, to_state: 'a', rows: 300 },
  ]);
});

test('a connection that is closed in the moment it is handed over, before anybody listens to it, ends nothing', async () => {
  const client = await toy.connect().relaxed.connect();
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  await endConnections();
  await ended;
  await expect(client.query('select')).rejects.toThrow(/not queryable/);
  client.release(true);
});

test('a database that is away for a moment delays a settlement; the work is not done again', async () => {
  const runs: string[] = [];
  let killed = false;
  const worker = toy.worker(
    [
      {
        name: 'a',
        effect: 'once',
        run: async ({ id }) => {
          runs.push(id);
          return done({ facts: { id, note: 'once' } });
        },
      },
    ],
    {
      async keep(facts, transaction) {
        if (!killed) await endConnections();
        killed = true;
        await keepNotes(facts, transaction);
      },
    },
  );
  const ids = await toy.begin(20);
  const { ended } = await worker.ring('a', ids);
  expect([...ended].sort()).toEqual(ids);
  expect(runs.sort()).toEqual(ids);
  expect(await toy.notes(ids)).toHaveLength(20);
});

test('a connection that dies inside a transaction fails that transaction, and nothing else', async () => {
  const connections = toy.connect();
  await expect(
    inTransaction(connections.durable, async (transaction) => {
      await transaction.query('select 1');
      const closed = new Promise((resolve) => transaction.once('end', resolve));
      await endConnections();
      // Nobody is asking it anything when it goes.
      await closed;
      await transaction.query('select 1');
    }),
  ).rejects.toThrow();
  expect(await inTransaction(connections.durable, async (transaction) => transaction.query('select 1'))).toMatchObject({
    rowCount: 1,
  });
});

test('a database that is away while items are read burns no attempt: they are run again when the lease is over', async () => {
  const [id] = await toy.begin(1);
  let away = true;
  const stages: [ToyStage] = [{ name: 'a', run: async () => done() }];
  const worker = toy.worker(stages, {
    load: async (_, claimed) => {
      if (away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return new Map(claimed.map((at) => [at.id, at]));
    },
  });
  await expect(collect(worker.signal('a', [id as string]))).rejects.toThrow('ECONNREFUSED');
  const { rows } = await toy.admin.query('select attempts, status from progress where id = $1', [id]);
  expect(rows).toEqual([{ attempts: 0, status: 'running' }]);
  away = false;
  await sweepToTheEnd(worker);
});
