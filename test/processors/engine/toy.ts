import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { begin } from '#processors/engine/begin.ts';
import type { Reached } from '#processors/engine/boundary.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Failure } from '#processors/engine/outcome.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { Runner } from '#processors/engine/runner.ts';
import type { Settlement, Signal } from '#processors/engine/signal.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { Store } from '#processors/engine/store.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { openConnections } from '#src/platform/database.ts';
import { freshDatabase } from '#test/support/services.ts';

/** What the toy pipelines work on: nothing but a place in a pipeline. */
export type ToyStage = Stage<Progress, ToyFact>;
/** What a toy run learns: a note, kept in a scratch table that does not take `poison`. */
export interface ToyFact {
  id: string;
  note: string;
}

export class ToyClock implements Clock {
  #now = new Date('2026-03-01T10:00:00.000Z').getTime();
  now = (): Date => new Date(this.#now);
  advance(ms: number): void {
    this.#now += ms;
  }
  /** Never backwards. */
  advanceTo(at: Date): void {
    this.#now = Math.max(this.#now, at.getTime());
  }
}

export interface WorkerOptions {
  pivot?: string;
  leaseMs?: number;
  load?: Pipeline<Progress, ToyFact>['load'];
  keep?: Pipeline<Progress, ToyFact>['keep'];
  store?: Store;
  paused?: Pick<PausedStages, 'has'>;
  reached?: Reached;
  /** A clock of its own; that of the others unless told. */
  clock?: Clock;
}

/** A worker as a process has it: its own connections, its own store. The items are in memory: they are their progress. */
export interface Worker {
  store: Store;
  signal(stage: string, ids: readonly string[]): AsyncGenerator<Settlement, void, void>;
  /** Runs one signal to its end. */
  ring(stage: string, ids: readonly string[]): Promise<Settlement>;
  /** Follows every ring until none is left, and lets the time pass that they ask for. */
  drive(stage: string, ids: readonly string[]): Promise<void>;
  faults: Failure[];
  unsettled: unknown[];
  ended: string[];
}

export async function openToy() {
  const clock = new ToyClock();
  const databaseUrl = await freshDatabase();
  const opened = new AsyncDisposableStack();
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 3, application_name: 'the test' });
  opened.defer(() => admin.end());
  await admin.query(`create table scratch (item_id uuid not null, note text not null check (note <> 'poison'),
    transaction xid8 not null default pg_current_xact_id())`);

  const connect = () => opened.use(openConnections(databaseUrl, () => {}));

  const worker = (stages: [ToyStage, ...ToyStage[]], options: WorkerOptions = {}): Worker => {
    const store = options.store ?? new Store(connect(), options.reached);
    const pipeline: Pipeline<Progress, ToyFact> = {
      name: 'toy',
      stages,
      ...(options.pivot && { pivot: options.pivot }),
      load: options.load ?? (async (_, claimed) => new Map(claimed.map((at) => [at.id, at]))),
      keep: options.keep ?? keepNotes,
    };
    const seen = { faults: [] as Failure[], unsettled: [] as unknown[], ended: [] as string[] };
    const runner = new Runner({
      pipelines: [pipeline as unknown as Pipeline<never>],
      store,
      clock: options.clock ?? clock,
      leaseMs: options.leaseMs ?? 60_000,
      ...(options.paused && { paused: options.paused }),
      reached: options.reached,
      observe: {
        faulted: ({ failure }) => seen.faults.push(failure),
        unsettled: ({ error }) => seen.unsettled.push(error),
        ended: ({ at }) => seen.ended.push(at.id),
      },
    });
    opened.use(runner);
    const signal = (stage: string, ids: readonly string[]) =>
      runner.run({ pipeline: 'toy', stage, ids, dueAt: clock.now() });
    return {
      ...seen,
      store,
      signal,
      ring: async (stage, ids) => together(await collect(signal(stage, ids))),
      async drive(stage, ids) {
        let rings: readonly Signal[] = [{ pipeline: 'toy', stage, ids, dueAt: clock.now() }];
        for (let turn = 0; rings.length > 0; turn++) {
          if (turn > 1_000) throw new Error(`still ringing: ${JSON.stringify(rings)}`);
          clock.advanceTo(new Date(Math.min(...rings.map(({ dueAt }) => dueAt.getTime()))));
          const due = rings.filter(({ dueAt }) => dueAt <= clock.now());
          const later = rings.filter(({ dueAt }) => dueAt > clock.now());
          const answers = await Promise.all(due.map((ring) => collect(runner.run(ring))));
          rings = [...later, ...together(answers.flat()).next];
        }
      },
    };
  };

  const one = async <Row extends pg.QueryResultRow>(text: string, values: unknown[]) =>
    (await admin.query<Row>(text, values)).rows;

  return {
    databaseUrl,
    clock,
    admin,
    connect,
    worker,
    /** So many new items at a stage. */
    async begin(count: number, { stage = 'a', afterMs = 0 } = {}): Promise<string[]> {
      const ids = Array.from({ length: count }, () => randomUUID()).sort();
      const dueAt = new Date(clock.now().getTime() + afterMs);
      await inTransaction(admin, (transaction) =>
        begin(
          transaction,
          ids.map((id) => ({ id, dueAt })),
          { pipeline: 'toy', stage, actor: 'test', now: clock.now() },
        ),
      );
      return ids;
    },
    async row(id: string | undefined) {
      const [row] = await one('select * from progress where id = $1', [id]);
      return row as pg.QueryResultRow;
    },
    rows: (ids: readonly string[]) => one('select * from progress where id = any($1) order by id', [ids]),
    /** `a>b done`: from, to and why, oldest first. */
    async history(id: string | undefined): Promise<string[]> {
      const rows = await one('select * from history where item_id = $1 order by id', [id]);
      return rows.map(({ from_state, to_state, reason }) => `${from_state ?? ''}>${to_state} ${reason}`);
    },
    errors: (id: string | undefined) => one('select * from stage_error where item_id = $1 order by stage', [id]),
    notes: async (ids: readonly (string | undefined)[]) =>
      (await one('select note from scratch where item_id = any($1) order by note', [[...ids]])).map(({ note }) => note),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export type Toy = Awaited<ReturnType<typeof openToy>>;

export const keepNotes: Pipeline<Progress, ToyFact>['keep'] = async (facts, transaction) => {
  await transaction.query('insert into scratch (item_id, note) select * from unnest($1::uuid[], $2::text[])', [
    facts.map(({ id }) => id),
    facts.map(({ note }) => note),
  ]);
};

/** Opens when the test says so. */
export function gate<T = void>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { passed: promise, open: resolve, break: reject };
}

export async function collect<T>(generator: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of generator) all.push(value);
  return all;
}

export const together = (settlements: readonly Settlement[]): Settlement => ({
  next: settlements.flatMap(({ next }) => next),
  ended: settlements.flatMap(({ ended }) => ended),
  failed: settlements.flatMap(({ failed }) => failed),
  skipped: settlements.flatMap(({ skipped }) => skipped),
});
