import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { begin } from '#processors/engine/begin.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { done } from '#processors/engine/outcome.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { Runner } from '#processors/engine/runner.ts';
import { chunkSize, chunks, type Settlement, type Signal } from '#processors/engine/signal.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { Store } from '#processors/engine/store.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import { startSweep } from '#queues/sweep.ts';
import { openConnections } from '#src/platform/database.ts';
import { eventually } from '#test/support/services.ts';

/** An orchestration on services of its own. */
export interface Opened {
  databaseUrl: string;
  /** Another process of the same house. */
  orchestration(options: OrchestrationOptions): Promise<Orchestration>;
  /** Throws away everything that is queued. */
  throwAway(): Promise<void>;
}

export interface OrchestrationOptions {
  clock: Clock;
  pipelines: readonly { name: string; stages: readonly { name: string }[] }[];
  concurrency: number;
  log: { warn(about: object, message: string): void };
}

const stages = ['a', 'b', 'c'] as const;
type ToyStage = Stage<Progress>;
const clock: Clock = { now: () => new Date() };
const inMs = (ms: number) => new Date(Date.now() + ms);

/** What every orchestration promises: the rows get to their end, whatever happens to the rings. */
export function orchestrationContract(name: string, open: (opened: AsyncDisposableStack) => Promise<Opened>): void {
  describe(`the orchestration ${name}`, () => {
    let opened: AsyncDisposableStack;
    let house: Awaited<ReturnType<typeof openHouse>>;
    beforeEach(async () => {
      opened = new AsyncDisposableStack();
      house = await openHouse(await open(opened), opened);
    });
    afterEach(() => opened.disposeAsync());

    test('takes five hundred items through three stages, each once', async () => {
      const ids = await house.begin(500);
      const { orchestration } = await house.worker();
      await orchestration.signal(house.ringsFor(ids));
      await house.ended(ids);
      expect(house.runsPerStage(ids)).toEqual({ a: 500, b: 500, c: 500 });
      expect(house.runs).toHaveLength(1_500);
    });

    test('carries work to another process, and takes it from there', async () => {
      const ids = await house.begin(100);
      const receiver = await house.orchestration();
      await receiver.signal(house.ringsFor(ids));
      await Promise.all([house.worker(), house.worker()]);
      await house.ended(ids);
      expect(house.runs).toHaveLength(300);
    });

    test('a ring that comes twice changes nothing', async () => {
      const ids = await house.begin(500);
      const { orchestration } = await house.worker({
        handle: (run) =>
          async function* (signal) {
            for await (const settlement of run(signal)) {
              // At once, and once more with the settlement.
              void orchestration.signal(settlement.next);
              yield settlement;
            }
          },
      });
      const rings = house.ringsFor(ids);
      await Promise.all([orchestration.signal(rings), orchestration.signal([...rings, ...rings])]);
      await orchestration.signal(rings);
      await house.ended(ids);
      expect(house.runs).toHaveLength(1_500);
      expect(house.runsPerStage(ids)).toEqual({ a: 500, b: 500, c: 500 });
    });

    test('what is urgent passes what waits already', async () => {
      const held = Promise.withResolvers<void>();
      house.before.b = () => held.promise;
      const waiting = await house.begin(500);
      const rungOn = new Set<string>();
      const { orchestration } = await house.worker({
        concurrency: 1,
        handle: (run) =>
          async function* (signal) {
            for await (const settlement of run(signal)) {
              yield settlement;
              // Asked for more: what this one named next has been rung.
              for (const { ids } of settlement.next) for (const id of ids) rungOn.add(id);
            }
          },
      });
      await orchestration.signal(house.ringsFor(waiting));
      await eventually(() => rungOn.size === 500);
      const inHand = new Set(house.runs.filter(({ stage }) => stage === 'b').map(({ id }) => id));
      const urgent = await house.begin(50, clock.now(), 9);
      await orchestration.signal(house.ringsFor(urgent));
      await eventually(() => rungOn.size === 550);
      held.resolve();
      await house.ended([...waiting, ...urgent]);
      const order = house.runs.filter(({ stage, id }) => stage === 'b' && !inHand.has(id)).map(({ id }) => id);
      expect(new Set(order.slice(0, 50))).toEqual(new Set(urgent));
    });

    test('what waits in a long queue is not rung again and again, and what is missing from it is', async () => {
      const dueAt = new Date(Date.now() - 60_000);
      const [queued, missing] = [await house.begin(100), await house.begin(10, new Date(Date.now() - 120_000))];
      // As it was a minute ago: nobody works, and these rings were lost, or they were not.
      const orchestration = await house.orchestration();
      await orchestration.signal(house.ringsFor(queued, dueAt));
      let turns = 0;
      const rung: string[] = [];
      house.sweep({
        ...orchestration,
        inLineSince: (pipeline) => {
          turns += 1;
          return orchestration.inLineSince(pipeline);
        },
        signal: (signals) => {
          rung.push(...signals.flatMap(({ ids }) => ids));
          return orchestration.signal(signals);
        },
      });
      await eventually(() => turns > 20);
      expect(rung.toSorted()).toEqual(missing.toSorted());
      await house.worker();
      await house.ended([...queued, ...missing]);
    });

    test('with everything thrown away that was queued, the sweep brings all items to the end', async () => {
      const ids = await house.begin(500);
      const held = Promise.withResolvers<void>();
      house.before.b = () => held.promise;
      const { orchestration } = await house.worker({ concurrency: 2 });
      await orchestration.signal(house.ringsFor(ids));
      // Two chunks are in hand, the rings of the others lie in the queue.
      await eventually(
        async () => (await house.count(ids, 'b', 'ready')) >= 400 && (await house.count(ids, 'a')) === 0,
      );
      await house.opened.throwAway();
      held.resolve();
      house.sweep(orchestration);
      await house.ended(ids);
      expect(house.runsPerStage(ids)).toEqual({ a: 500, b: 500, c: 500 });
      expect(house.said()).toContain('sweep: rang documents');
    });

    test('what is delayed is run when it is due, not before and soon after', async () => {
      house.afterMs.a = 300;
      const dueAt = inMs(400);
      const now = await house.begin(60);
      const later = await house.begin(60, dueAt);
      const { orchestration } = await house.worker();
      await orchestration.signal([...house.ringsFor(now), ...house.ringsFor(later, dueAt)]);
      await house.ended([...now, ...later]);
      for (const id of later) expect(house.runAt(id, 'a')).toBeGreaterThanOrEqual(dueAt.getTime());
      expect(Math.max(...later.map((id) => house.runAt(id, 'a')))).toBeLessThan(dueAt.getTime() + 1_500);
      for (const id of [...now, ...later]) {
        const pause = house.runAt(id, 'b') - house.runAt(id, 'a');
        expect(pause).toBeGreaterThanOrEqual(300);
        expect(pause).toBeLessThan(1_800);
      }
      expect(house.runs).toHaveLength(360);
      // Nobody asked again and again whether it is time.
      expect(house.heard.length).toBeLessThan(60);
    });

    test('a ring that comes early is heard again in time, without a sweep', async () => {
      const dueAt = inMs(300);
      const ids = await house.begin(30, dueAt);
      const { orchestration } = await house.worker();
      await orchestration.signal(house.ringsFor(ids));
      await house.ended(ids);
      for (const id of ids) expect(house.runAt(id, 'a')).toBeGreaterThanOrEqual(dueAt.getTime());
      expect(house.runs).toHaveLength(90);
    });

    test('a handler that throws loses no items: the sweep rings them again', async () => {
      const ids = await house.begin(200);
      let thrown = 0;
      const { orchestration } = await house.worker({
        handle: (run) =>
          async function* (signal) {
            if (signal.stage === 'b' && thrown < 3) throw new Error(`the machinery broke ${++thrown} times`);
            yield* run(signal);
          },
      });
      house.sweep(orchestration);
      await orchestration.signal(house.ringsFor(ids));
      await house.ended(ids);
      expect(thrown).toBe(3);
      expect(house.runs).toHaveLength(600);
    });

    test('closing settles the work in hand, and leaves the rest to others', async () => {
      const ids = await house.begin(50);
      const begun = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      house.before.a = () => {
        begun.resolve();
        return held.promise;
      };
      const { orchestration } = await house.worker();
      await orchestration.signal(house.ringsFor(ids));
      await begun.promise;
      let closed = false;
      const closing = orchestration[Symbol.asyncDispose]().then(() => {
        closed = true;
      });
      await eventually(() => house.count(ids, 'a', 'running').then((count) => count === 50));
      expect(closed).toBe(false);
      held.resolve();
      await closing;
      expect(await house.count(ids, 'a')).toBe(0);
      // What came next was rung before the close: another process goes on at once, without a sweep.
      await house.worker();
      await house.ended(ids);
      expect(house.runs).toHaveLength(150);
    });
  });
}

type Handle = (signal: Signal) => AsyncGenerator<Settlement, void, void>;

/** A database, three stages that note when they ran, and as many workers as a test wants. */
async function openHouse(opened: Opened, stack: AsyncDisposableStack) {
  const pool = new pg.Pool({ connectionString: opened.databaseUrl, max: 4 });
  pool.on('error', () => {});
  stack.defer(() => pool.end());
  const runs: { id: string; stage: string; at: number }[] = [];
  const heard: Signal[] = [];
  const before: Partial<Record<string, () => Promise<void>>> = {};
  const afterMs: Partial<Record<string, number>> = {};
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  const toy = stages.map(
    (name): ToyStage => ({
      name,
      async run({ id }) {
        runs.push({ id, stage: name, at: Date.now() });
        await before[name]?.();
        return done({ afterMs: afterMs[name] ?? 0 });
      },
    }),
  );
  const pipeline: Pipeline<Progress> = {
    name: 'toy',
    stages: toy as [ToyStage, ...ToyStage[]],
    load: async (_, claimed) => new Map(claimed.map((at) => [at.id, at])),
    keep: async () => {},
  };
  const pipelines = [pipeline as unknown as Pipeline<never>];
  const one = async (text: string, values: unknown[]) => (await pool.query<{ count: number }>(text, values)).rows[0];
  const orchestration = async (concurrency = 4) =>
    stack.use(await opened.orchestration({ clock, pipelines, concurrency, log }));

  return {
    opened,
    runs,
    heard,
    before,
    afterMs,
    orchestration,
    said: () => warnings.join('\n'),
    ringsFor: (ids: readonly string[], dueAt = clock.now()): Signal[] =>
      chunks(ids, chunkSize).map((chunk) => ({ pipeline: 'toy', stage: 'a', ids: chunk, dueAt })),
    async begin(count: number, dueAt = clock.now(), priority = 0): Promise<string[]> {
      const ids = Array.from({ length: count }, () => randomUUID());
      await inTransaction(pool, (transaction) =>
        begin(
          transaction,
          ids.map((id) => ({ id, dueAt, priority })),
          { pipeline: 'toy', stage: 'a', actor: 'test', now: clock.now() },
        ),
      );
      return ids;
    },
    /** A worker process: connections, a runner, and an orchestration that drives it. */
    async worker({ concurrency, handle }: { concurrency?: number; handle?: (run: Handle) => Handle } = {}) {
      const connections = stack.use(openConnections(opened.databaseUrl, () => {}));
      const runner = stack.use(new Runner({ pipelines, store: new Store(connections), clock, leaseMs: 10_000 }));
      const driven = await orchestration(concurrency);
      const run: Handle = (signal) => {
        heard.push(signal);
        return runner.run(signal);
      };
      await driven.start(handle?.(run) ?? run);
      return { orchestration: driven };
    },
    sweep(by: Pick<Orchestration, 'signal' | 'inLineSince'>): void {
      stack.use(startSweep({ pool, clock, pipelines: ['toy'], orchestration: by, intervalMs: 50, graceMs: 300, log }));
    },
    async count(ids: readonly string[], stage: string, status?: string): Promise<number> {
      const text = `select count(*)::int as count from progress
        where id = any($1) and stage = $2 and status = coalesce($3, status)`;
      return (await one(text, [ids, stage, status ?? null]))?.count ?? 0;
    },
    async ended(ids: readonly string[]): Promise<void> {
      const text = `select count(*)::int as count from progress where id = any($1) and result = 'completed' and status = 'ended'`;
      await eventually(async () => (await one(text, [ids]))?.count === ids.length, { timeoutMs: 20_000 });
    },
    /** In how many different items each stage ran. */
    runsPerStage(ids: readonly string[]) {
      const mine = new Set(ids);
      const perStage = Map.groupBy(
        runs.filter(({ id }) => mine.has(id)),
        ({ stage }) => stage,
      );
      return Object.fromEntries(
        [...perStage].map(([stage, those]) => [stage, new Set(those.map(({ id }) => id)).size]),
      );
    },
    runAt: (id: string, stage: string): number =>
      runs.find((run) => run.id === id && run.stage === stage)?.at ?? Number.NaN,
  };
}
