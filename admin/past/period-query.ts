import type { PoolClient } from 'pg';
import { growth } from './durations.ts';

/** What happened in a stretch of time, as the history of the documents tells it. Only reads. */
export interface Period {
  from: Date;
  /** Exclusive. */
  to: Date;
}

export interface ShownStages {
  /** In the order of the pipeline. No other pipeline has stages of these names. */
  stages: readonly string[];
  /** The stage that runs whatever the result. */
  always: string;
}

export interface PeriodStatistics {
  /** By stage, and under `whole` the documents themselves. */
  counts: ReadonlyMap<string, { completed: number; failed: number }>;
  /** Sampled when there are many: by stage and `whole`, how many took how long (`durations.ts`). */
  durations: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Beside the stages: from being received, or set going again, until the end is published. */
export const whole = '';

const results = ['completed', 'rejected', 'failed', 'cancelled', 'compensated'];
const failures = ['failed', 'rejected'];
/** So many rows tell how long it took for all of them. */
const usualSample = 20_000;

interface Move {
  stage: string;
  to_state: string;
  count: number;
  /** Numbers of rows, far below where they would lose digits. */
  first: number;
  last: number;
}

export async function askPeriod(
  client: PoolClient,
  { from, to }: Period,
  shown: ShownStages,
  sample = usualSample,
): Promise<PeriodStatistics> {
  // Grouped before it is chosen from: the planner thinks that hardly a row would be left, and sorts a million on disk.
  const all = await client.query<Move & { from_state: string | null; worked: boolean }>(
    `select stage, from_state, to_state, actor = 'worker' as worked, count(*)::int as count,
       min(id)::float8 as first, max(id)::float8 as last
     from history where at >= $1 and at < $2 group by 1, 2, 3, 4`,
    [from, to],
  );
  const moves = all.rows.filter(
    ({ stage, from_state, to_state, worked }) =>
      worked && shown.stages.includes(stage) && from_state === stage && to_state !== stage,
  );
  const hasFailed = moves.some(({ to_state }) => failures.includes(to_state));
  const failed = hasFailed ? await askFailed(client, { from, to }, shown) : [];
  const durations = moves.length > 0 ? await askDurations(client, { from, to }, shown, moves, sample) : [];
  return { counts: countsOf(moves, failed, shown), durations: durationsOf(durations) };
}

/** A failed one is told where it went wrong: the last stage that led to the one that ends it. */
async function askFailed(client: PoolClient, { from, to }: Period, { stages, always }: ShownStages) {
  const { rows } = await client.query<{ stage: string; count: number }>(
    `select coalesce((select f.stage from history f where f.item_id = h.item_id and f.id < h.id
         and f.to_state = $4 and f.stage <> $4 order by f.id desc limit 1), h.stage) as stage, count(*)::int as count
     from history h
     where h.at >= $1 and h.at < $2 and h.stage = any($3) and h.to_state = any($5) and h.actor = 'worker' group by 1`,
    [from, to, stages, always, failures],
  );
  return rows;
}

/**
 * Of one row in so many, found by its number, so that a day of a million costs no more than one of ten thousand. Which one is
 * by chance: the rows of the documents take turns, and every sixth may well be of the same stage.
 */
async function askDurations(
  client: PoolClient,
  { from, to }: Period,
  { stages }: ShownStages,
  moves: readonly Move[],
  sample: number,
) {
  const first = Math.min(...moves.map((move) => move.first));
  const last = Math.max(...moves.map((move) => move.last));
  const { rows } = await client.query<{ stage: string; step: number; count: number }>(
    `select s.stage, floor(ln(greatest(1, extract(epoch from l.at - since.at)::float8 * 1000)) / ln($5::float8))::int as step,
       count(*)::int as count
     from generate_series($6::bigint, $7::bigint, $8::bigint) n
     cross join lateral (select * from history where id = n + (hashint8(n) & 2147483647) % $8::bigint offset 0) l
     cross join lateral (select l.stage union all select '' where l.to_state = any($4)) s (stage)
     cross join lateral (
       select a.at from history a where a.item_id = l.item_id and a.id < l.id
         and (case when s.stage = '' then a.from_state is null or a.from_state = any($4)
              else a.to_state = l.stage and a.from_state is distinct from l.stage end)
       order by a.id desc limit 1) since
     where l.at >= $1 and l.at < $2 and l.stage = any($3) and l.from_state = l.stage and l.to_state <> l.stage
       and l.actor = 'worker'
     group by 1, 2`,
    [from, to, stages, results, growth, first, last, Math.max(1, Math.ceil((last - first) / sample))],
  );
  return rows;
}

function countsOf(
  moves: readonly { stage: string; to_state: string; count: number }[],
  failed: readonly { stage: string; count: number }[],
  { stages, always }: ShownStages,
): PeriodStatistics['counts'] {
  const counts = new Map([whole, ...stages].map((stage) => [stage, { completed: 0, failed: 0 }]));
  const add = (stage: string, what: 'completed' | 'failed', count: number) => {
    const known = counts.get(stage);
    if (known) known[what] += count;
  };
  const beforeTheEnd = stages[stages.indexOf(always) - 1] ?? whole;
  for (const { stage, to_state, count } of moves) {
    // Whether it got past its stage well is known when it has ended.
    if (to_state === always) continue;
    add(stage, 'completed', count);
    if (to_state !== 'completed') continue;
    add(whole, 'completed', count);
    if (stage === always && beforeTheEnd !== whole) add(beforeTheEnd, 'completed', count);
  }
  for (const { stage, count } of failed) {
    add(stage, 'failed', count);
    add(whole, 'failed', count);
  }
  return counts;
}

function durationsOf(rows: readonly { stage: string; step: number; count: number }[]): PeriodStatistics['durations'] {
  const durations = new Map<string, Map<number, number>>();
  for (const { stage, step, count } of rows)
    durations.set(stage, (durations.get(stage) ?? new Map<number, number>()).set(step, count));
  return durations;
}
