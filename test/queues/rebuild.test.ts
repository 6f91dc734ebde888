import { describe, expect, test } from '@jest/globals';
import type { Job, Queue } from 'bullmq';
import { done } from '#processors/engine/outcome.ts';
import { overdue } from '#processors/engine/overdue.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { emptyQueues } from '#queues/bullmq/empty.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { rebuildQueues } from '#queues/rebuild.ts';
import { openToy, type ToyStage } from '#test/processors/engine/toy.ts';
import { eventually, redisUrl } from '#test/support/services.ts';

const clock = { now: () => new Date() };
const stageNames = ['a', 'b'] as const;
const pipelines = [{ name: 'toy', stages: stageNames.map((name) => ({ name })) }];

describe.each(['redis', 'postgres'] as const)('queues rebuilt from the rows, on %s', (name) => {
  async function openHouse() {
    const opened = new AsyncDisposableStack();
    const toy = opened.use(await openToy());
    const urls = { databaseUrl: toy.databaseUrl, redisUrl: name === 'redis' ? redisUrl() : undefined };
    const backend = opened.use(await openBackend({ ...urls, workers: 4, concurrency: 2 }, () => undefined));
    const log = { warn: () => undefined };
    /** As another process has it. */
    const orchestration = () => opened.use(bullmqOrchestration({ backend, clock, pipelines, concurrency: 2, log }));
    const rings = orchestration();
    const runs = new Map<string, number>();
    const stages = stageNames.map(
      (stage): ToyStage => ({
        name: stage,
        async run({ id }) {
          runs.set(`${stage} ${id}`, (runs.get(`${stage} ${id}`) ?? 0) + 1);
          return done();
        },
      }),
    ) as [ToyStage, ...ToyStage[]];
    const count = async (condition: string): Promise<number> =>
      (await toy.admin.query(`select count(*)::int as count from progress where ${condition}`)).rows[0].count;
    return {
      ...{ toy, runs, count, rings },
      rebuild: (signal = rings.signal) =>
        rebuildQueues({
          ...{ pool: toy.admin, clock, pipelines, orchestration: { signal } },
          empty: () => emptyQueues(backend, pipelines),
          pausesMs: [1, 1],
        }),
      async startWorker() {
        const worker = toy.worker(stages, { clock });
        await orchestration().start((signal) => worker.signal(signal.stage, signal.ids));
      },
      /** What is rung at a stage: at once, and later. */
      async queued(stage: string) {
        const queue = backend.queue(`toy-${stage}`) as unknown as Queue<{ ids: string[] }>;
        const jobs = { waiting: await queue.getJobs(['waiting']), delayed: await queue.getJobs(['delayed']) };
        await queue.close();
        const idsOf = (some: Job<{ ids: string[] }>[]) => some.flatMap(({ data }) => data.ids).sort();
        const count = jobs.waiting.length + jobs.delayed.length;
        return { count, waiting: idsOf(jobs.waiting), delayed: idsOf(jobs.delayed) };
      },
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  }

  test('all that is in flight is rung, at its stage and in its time; what was queued is gone', async () => {
    await using house = await openHouse();
    const { toy } = house;
    const due = await toy.begin(2_130);
    // The clock of the toy is behind.
    const inAnHour = clock.now().getTime() + 3_600_000 - toy.clock.now().getTime();
    const later = await toy.begin(70, { stage: 'b', afterMs: inAnHour });
    const ended = await toy.begin(30);
    await toy.admin.query(`update progress set status = 'ended', ended_at = now() where id = any($1)`, [ended]);
    // Rings for what does not exist, and some that come twice.
    await house.rings.signal([{ pipeline: 'toy', stage: 'a', ids: ended.slice(0, 9), dueAt: clock.now() }]);
    await house.rings.signal(
      signalsFor(
        'toy',
        due.slice(0, 60).map((id) => ({ id, stage: 'b', dueAt: new Date(Date.now() + 60_000) })),
        clock.now(),
      ),
    );
    expect(await house.rebuild()).toEqual({ thrownAway: 3, rung: 2_200 });
    const [a, b] = [await house.queued('a'), await house.queued('b')];
    expect([a.waiting, a.delayed]).toEqual([due, []]);
    expect([b.waiting, b.delayed]).toEqual([[], later]);
    // Fifty to a job, and a page of rows at a time.
    expect(a.count + b.count).toBeLessThan(50);
    expect(await house.rebuild()).toEqual({ thrownAway: a.count + b.count, rung: 2_200 });
    const now = clock.now();
    expect(await overdue(toy.admin, { pipeline: 'toy', now, graceMs: 60_000, limit: 10 })).toEqual([]);
    await house.startWorker();
    await eventually(async () => (await house.count('ended_at is not null')) === 2_160);
  });

  test('while workers run, again and again: nothing is lost and nothing is done twice', async () => {
    await using house = await openHouse();
    const ids = await house.toy.begin(3_000);
    await Promise.all([house.startWorker(), house.startWorker()]);
    await house.rings.signal(
      signalsFor(
        'toy',
        ids.map((id) => ({ id, stage: 'a', dueAt: clock.now() })),
        clock.now(),
      ),
    );
    let rebuilt = 0;
    for (let turn = 0; turn < 5; turn++) rebuilt += (await house.rebuild()).rung;
    expect(rebuilt).toBeGreaterThan(0);
    await eventually(async () => (await house.count('ended_at is null')) === 0);
    expect(house.runs.size).toBe(6_000);
    expect([...house.runs.values()].every((times) => times === 1)).toBe(true);
  });

  test('what could not be rung counts as unrung, and it says how much is left to the sweep', async () => {
    await using house = await openHouse();
    await house.toy.begin(2_020);
    let calls = 0;
    // The first page is forty jobs, rung together.
    const onlyOnce = async () => ++calls === 1;
    await expect(house.rebuild(onlyOnce)).rejects.toThrow(
      'after 2000; 20 are left to the sweep, unless it is run again',
    );
    expect(await house.count('rung_at is null')).toBe(20);
  });

  test('queues that are slow for a moment are tried again; what is due at many times goes in part by part', async () => {
    await using house = await openHouse();
    const { toy } = house;
    await toy.begin(600);
    // Each at a time of its own, an hour from now.
    await toy.admin.query(
      `update progress set due_at = now() + interval '1 hour' + n * interval '1 second'
       from (select id, row_number() over (order by id) as n from progress) as numbered where numbered.id = progress.id`,
    );
    const sizes: number[] = [];
    const rebuilt = await house.rebuild(async (signals) => {
      sizes.push(signals.length);
      // Every first try takes too long.
      return sizes.length % 2 === 0 && house.rings.signal(signals);
    });
    expect(rebuilt).toEqual({ thrownAway: 0, rung: 600 });
    expect(sizes).toEqual([250, 250, 250, 250, 100, 100]);
    expect((await house.queued('a')).delayed).toHaveLength(600);
  });
});
