import type { Pool } from 'pg';
import type { GenerationTimes } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Logger } from '#src/platform/log.ts';
import { seldom } from '#src/platform/quietly.ts';
import { type Reservoir, reservoir } from './reservoir.ts';

export interface GenerationTimesParts {
  /** What is learnt may be lost: the relaxed one. */
  pool: Pool;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  /** As `Math.random`. */
  random?: () => number;
}

const flushAfterMs = 2_000;
/** For a process that learns nothing itself. */
const readAgainMs = 30_000;
/** As many as one process may add of a name at a time: the others are to be heard, too. */
const mostAtOnce = 50;
/** The newest decide: documents that become twice as fast, or as slow, have another median a hundred documents later. */
const mostKept = 200;
const fewest = 5;
/** A database that does not answer counts as away. */
const patienceMs = 5_000;
/** The longest deadline a document type can have. */
const longestMs = 604_800_000;

/**
 * How long documents of a name take at Thunderhead, learnt by all processes together; the median is told from memory.
 *
 * Samples wait in memory for two seconds and are then merged by one statement, so that no settling transaction waits for
 * the row of a name that everybody writes. Nothing is read while nobody asks, and nothing written while nothing happens.
 */
export function openGenerationTimes({
  pool,
  clock,
  log,
  random = Math.random,
}: GenerationTimesParts): GenerationTimes & AsyncDisposable {
  const complain = seldom((error: Error) => log.warn({ err: error }, 'how long documents take could not be kept'));
  let fresh = new Map<string, Reservoir>();
  let medians: ReadonlyMap<string, number> = new Map();
  let askedAt = 0;
  let turn: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const takeTurn = (): Promise<void> => {
    turn ??= mergeAndRead().finally(() => {
      turn = undefined;
    });
    return turn;
  };
  const mergeAndRead = async () => {
    askedAt = clock.now().getTime();
    const learnt = fresh;
    fresh = new Map();
    try {
      if (learnt.size > 0) await merge(pool, learnt, clock.now());
      medians = await readMedians(pool);
    } catch (error) {
      // Lost is what was learnt in two seconds; the next are as good.
      complain(error as Error);
    }
  };
  const flushSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // While a turn is out, what it did not take along waits for the next.
      if (turn) flushSoon();
      else void takeTurn();
    }, flushAfterMs).unref();
  };

  void takeTurn();
  return {
    median(documentName) {
      if (clock.now().getTime() - askedAt >= readAgainMs) void takeTurn();
      return medians.get(documentName);
    },
    observe(documentName, durationMs) {
      if (!(durationMs > 0 && durationMs <= longestMs)) return;
      const sample = fresh.get(documentName) ?? reservoir(mostAtOnce, random);
      fresh.set(documentName, sample);
      sample.add(Math.ceil(durationMs));
      flushSoon();
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await turn;
      if (fresh.size > 0) await takeTurn();
    },
  };
}

/** Names in one order, or two processes that merge the same ones could wait for each other. */
async function merge(pool: Pool, learnt: ReadonlyMap<string, Reservoir>, at: Date): Promise<void> {
  const samples = Array.from(learnt, ([name, { values }]) => ({ name, values }));
  const statement = {
    text: `insert into generation_time as kept (document_name, samples, updated_at)
      select name, values, $2 from jsonb_to_recordset($1) as learnt (name text, values int[]) order by name
      on conflict (document_name) do update set
        samples = (kept.samples || excluded.samples)
          [greatest(1, cardinality(kept.samples) + cardinality(excluded.samples) - ${mostKept - 1}):],
        updated_at = greatest(kept.updated_at, excluded.updated_at)`,
    values: [JSON.stringify(samples), at],
    query_timeout: patienceMs,
  };
  await pool.query(statement);
}

async function readMedians(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const question = {
    text: `select document_name as name, percentile_cont(0.5) within group (order by sample) as median
      from generation_time, unnest(samples) as sample
      group by document_name having count(*) >= ${fewest}`,
    query_timeout: patienceMs,
  };
  const { rows } = await pool.query<{ name: string; median: number }>(question);
  return new Map(rows.map(({ name, median }) => [name, median]));
}
