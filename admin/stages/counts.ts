import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { isTimeout, readOnly } from '#processors/engine/read-only.ts';
import { SharedAnswer } from '#processors/engine/shared-answer.ts';
import { clockTime } from '../pages/times.ts';
import { failedAt, type StageState } from './queries.ts';

export type StageCounts = Record<StageState, number>;

/**
 * How many documents are in which state at every stage, for all stages together: Bull Board asks each of them at every
 * poll of every viewer, and all of these share one look at the tables.
 *
 * What is in flight or has failed is counted live; both have small indexes. What has ended is the one number that grows
 * for ever (no index counts it, and one would cost every document a write), so it is counted as often as it is cheap:
 * an answer serves so long that counting keeps one connection busy for no more than a fiftieth of the time, and a count
 * that takes too long gives way to the planner's estimate. Where the rest cannot be counted, what was counted last is
 * shown, and `caveat` says so: in the hour in which a million fail, a board with old numbers is better than none.
 */
export class PipelineCounts {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #pipeline: string;
  readonly #stages: readonly string[];
  readonly #always: string;
  readonly #live: SharedAnswer<Live>;
  readonly #ended: SharedAnswer<Ended>;
  #caveat: string | undefined;

  constructor({ pool, clock, pipeline, stages, always, share = 0.02 }: CountsOptions) {
    this.#pool = pool;
    this.#clock = clock;
    this.#pipeline = pipeline;
    this.#stages = stages;
    this.#always = always;
    this.#live = new SharedAnswer(() => this.#countLive(), { share: Math.min(1, share * 5) });
    this.#ended = new SharedAnswer(() => this.#countEnded(), { share });
  }

  async of(stage: string): Promise<StageCounts> {
    const [live, ended] = await Promise.all([this.#liveOrLast(), this.#endedOrLast()]);
    const at = this.#stages.indexOf(stage);
    const behind = (other: string | null) => other !== null && this.#stages.indexOf(other) > at;
    const completed =
      at === this.#stages.length - 1
        ? ended.total
        : ended.completed +
          sum(live.failed.filter((row) => behind(row.stage))) +
          sum(live.moving.filter((row) => row.result === 'completed' || behind(row.failed_at ?? row.stage)));
    return { ...standingAt(stage, live), completed };
  }

  /** Without what has got past the stage, and without counting what has ended. */
  async standing(stage: string): Promise<Omit<StageCounts, 'completed'>> {
    return standingAt(stage, await this.#liveOrLast());
  }

  /** What is to be said of the counts that were given last; undefined when they are of now. */
  caveat(): string | undefined {
    return this.#caveat;
  }

  /** Something was changed by hand, and whoever did it looks next. What has ended is too much to be counted at every click. */
  forget(): void {
    this.#live.forget();
  }

  async #liveOrLast(): Promise<Live> {
    try {
      const live = await this.#live.read();
      this.#caveat = undefined;
      return live;
    } catch (error) {
      const { last } = this.#live;
      this.#caveat = last ? `Counted at ${clockTime(last.at)}` : 'How many is not known: counting took too long';
      if (last) return last;
      // The lists are there all the same. Without a database nothing is, and zeros would pass for an answer.
      if (isTimeout(error)) return { moving: [], failed: [], at: this.#clock.now() };
      throw error;
    }
  }

  #endedOrLast(): Promise<Ended> {
    return this.#ended.read().catch((error) => {
      if (this.#ended.last) return this.#ended.last;
      throw error;
    });
  }

  #countLive(): Promise<Live> {
    const now = this.#clock.now();
    return readOnly(this.#pool, async (client) => {
      const moving = await client.query<Live['moving'][number]>(
        `select p.stage, p.result,
           case when p.status = 'running' then 'active' when p.due_at <= $2 then 'waiting' else 'delayed' end as state,
           case when p.result in ('failed', 'rejected') then ${failedAt('$3')} end as failed_at,
           count(*)::int as count
         from progress p where p.ended_at is null and p.pipeline = $1 group by 1, 2, 3, 4`,
        [this.#pipeline, now, this.#always],
      );
      const failed = await client.query<Live['failed'][number]>(
        `select e.stage, count(*)::int as count from (
           select distinct on (item_id) item_id, stage from stage_error
           where pipeline = $1 and stage <> $2 order by item_id, last_failed_at desc, stage desc) e
         join progress p on p.id = e.item_id
         where p.ended_at is not null and p.result in ('failed', 'rejected') group by 1`,
        [this.#pipeline, this.#always],
      );
      return { moving: moving.rows, failed: failed.rows, at: now };
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

function standingAt(stage: string, { moving, failed }: Live): Omit<StageCounts, 'completed'> {
  const here = (state: string) => sum(moving.filter((row) => row.stage === stage && row.state === state));
  return {
    waiting: here('waiting'),
    delayed: here('delayed'),
    active: here('active'),
    failed: sum(failed.filter((row) => row.stage === stage)),
  };
}

const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);

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
  at: Date;
}

interface Ended {
  total: number;
  completed: number;
}
