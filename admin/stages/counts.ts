import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { isTimeout, readOnly } from '#processors/engine/read-only.ts';
import { failedAt, type StageState } from './queries.ts';

export type StageCounts = Record<StageState, number>;

/**
 * How many documents are in which state at every stage, for all stages together: Bull Board asks each of them at every
 * poll of every viewer, and all of these share one look at the tables.
 *
 * What is in flight or has failed is counted live; both have small indexes. What has ended is the one number that grows
 * for ever (no index counts it, and one would cost every document a write), so it is counted as often as it is cheap:
 * an answer serves so long that counting keeps one connection busy for no more than a fiftieth of the time, and a count
 * that takes too long gives way to the planner's estimate.
 */
export class PipelineCounts {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #pipeline: string;
  readonly #stages: readonly string[];
  readonly #always: string;
  readonly #live: Remembered<Live>;
  readonly #ended: Remembered<Ended>;

  constructor({ pool, clock, pipeline, stages, always, share = 0.02 }: CountsOptions) {
    this.#pool = pool;
    this.#clock = clock;
    this.#pipeline = pipeline;
    this.#stages = stages;
    this.#always = always;
    this.#live = new Remembered(() => this.#countLive(), Math.min(1, share * 5));
    this.#ended = new Remembered(() => this.#countEnded(), share);
  }

  async of(stage: string): Promise<StageCounts> {
    const [live, ended] = await Promise.all([this.#live.read(), this.#ended.read()]);
    const at = this.#stages.indexOf(stage);
    const behind = (other: string | null) => other !== null && this.#stages.indexOf(other) > at;
    const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);
    const here = (state: string) => sum(live.moving.filter((row) => row.stage === stage && row.state === state));
    const completed =
      at === this.#stages.length - 1
        ? ended.total
        : ended.completed +
          sum(live.failed.filter((row) => behind(row.stage))) +
          sum(live.moving.filter((row) => row.result === 'completed' || behind(row.failed_at ?? row.stage)));
    return {
      waiting: here('waiting'),
      delayed: here('delayed'),
      active: here('active'),
      failed: sum(live.failed.filter((row) => row.stage === stage)),
      completed,
    };
  }

  /** Something was changed by hand: whoever did it looks next. */
  forget(): void {
    this.#live.forget();
    this.#ended.forget();
  }

  #countLive(): Promise<Live> {
    return readOnly(this.#pool, async (client) => {
      const moving = await client.query<Live['moving'][number]>(
        `select p.stage, p.result,
           case when p.status = 'running' then 'active' when p.due_at <= $2 then 'waiting' else 'delayed' end as state,
           case when p.result in ('failed', 'rejected') then ${failedAt('$3')} end as failed_at,
           count(*)::int as count
         from progress p where p.ended_at is null and p.pipeline = $1 group by 1, 2, 3, 4`,
        [this.#pipeline, this.#clock.now(), this.#always],
      );
      const failed = await client.query<Live['failed'][number]>(
        `select e.stage, count(*)::int as count from (
           select distinct on (item_id) item_id, stage from stage_error
           where pipeline = $1 and stage <> $2 order by item_id, last_failed_at desc) e
         join progress p on p.id = e.item_id
         where p.ended_at is not null and p.result in ('failed', 'rejected') group by 1`,
        [this.#pipeline, this.#always],
      );
      return { moving: moving.rows, failed: failed.rows };
    });
  }

  async #countEnded(): Promise<Ended> {
    try {
      return await readOnly(
        this.#pool,
        async (client) => {
          const { rows } = await client.query<Ended>(
            `select count(*)::int as total, (count(*) filter (where result = 'completed'))::int as completed
             from progress where ended_at is not null and pipeline = $1`,
            [this.#pipeline],
          );
          return rows[0] as Ended;
        },
        2_000,
      );
    } catch (error) {
      if (!isTimeout(error)) throw error;
      const { rows } = await this.#pool.query<{ about: number }>(
        `select greatest(reltuples, 0)::bigint::float8 as about from pg_class where oid = 'progress'::regclass`,
      );
      const about = rows[0]?.about ?? 0;
      return { total: about, completed: about };
    }
  }
}

/** An answer that is shared by all who ask while it is on its way, and then until asking has taken no more than `share` of the time. */
class Remembered<T> {
  readonly #ask: () => Promise<T>;
  readonly #share: number;
  #answer: Promise<T> | undefined;

  constructor(ask: () => Promise<T>, share: number) {
    this.#ask = ask;
    this.#share = share;
  }

  read(): Promise<T> {
    this.#answer ??= this.#fresh();
    return this.#answer;
  }

  forget(): void {
    this.#answer = undefined;
  }

  #fresh(): Promise<T> {
    const askedAt = performance.now();
    const answer = this.#ask();
    const drop = () => {
      if (this.#answer === answer) this.#answer = undefined;
    };
    answer.then(() => {
      const tookMs = performance.now() - askedAt;
      if (this.#share >= 1) drop();
      else setTimeout(drop, tookMs / this.#share - tookMs).unref();
    }, drop);
    return answer;
  }
}

interface CountsOptions {
  pool: Pool;
  clock: Clock;
  pipeline: string;
  stages: readonly string[];
  /** The stage that runs whatever the result, or ''. */
  always: string;
  /** How much of one connection's time may go into counting what has ended; five times that into the rest. */
  share?: number | undefined;
}

interface Live {
  moving: { stage: string; result: string | null; state: string; failed_at: string | null; count: number }[];
  failed: { stage: string; count: number }[];
}

interface Ended {
  total: number;
  completed: number;
}
