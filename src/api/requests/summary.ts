import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import type { Pool, PoolClient } from 'pg';
import { stoppedCode } from '#processors/document/poll.ts';
import type { RequestStatus } from '#processors/document/ports.ts';
import { finalStatusOf } from '#processors/document/status.ts';
import type { Result } from '#processors/engine/progress.ts';
import type { VisibleSources } from '#src/security/caller.ts';
import { knownSources } from './list.ts';
import { statuses } from './list-query.ts';
import { snapshot } from './snapshot.ts';

type Counts = Record<RequestStatus, number>;

export interface RequestSummary {
  countedAt: string;
  total: number;
  statuses: Counts;
  stages: { stage: string; inFlight: number; oldestReceivedAt: string | null; oldestAgeSeconds: number | null }[];
  sources: { sourceSystem: string; total: number; statuses: Counts }[];
}

/** What the tables say at one moment, about everybody. */
interface Counted {
  at: Date;
  totals: ReadonlyMap<string, number>;
  inFlight: { source: string; stage: string; queued: boolean; count: number; oldest: Date }[];
  /** What ended otherwise than well. */
  ended: { source: string; result: Result; stopped: boolean; count: number }[];
}

/** Counting keeps one connection busy for no more than this part of the time. */
const share = 0.05;

/**
 * How many requests stand where. What is in flight and what ended badly is counted through indexes that hold nothing
 * else, all requests of a source through an index alone; who completed is the rest. Everybody is answered from the same
 * count, which is made once for all who ask meanwhile and serves the longer the more it cost: 20 times what it took.
 */
export class Summaries {
  readonly #pool: Pool;
  readonly #stages: readonly [string, ...string[]];
  readonly #cache = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ serialize: false })) },
  });

  constructor(pool: Pool, stages: readonly [string, ...string[]]) {
    this.#pool = pool;
    this.#stages = stages;
  }

  async of(visible: VisibleSources): Promise<RequestSummary> {
    return summaryOf(await this.#counted(), this.#stages, visible);
  }

  async #counted(): Promise<Counted> {
    try {
      return await this.#cache.getOrSet<Counted>({
        key: 'counted',
        factory: async ({ setOptions }) => {
          const askedAt = performance.now();
          const counted = await snapshot(this.#pool, (client) => count(client, this.#stages[0]));
          setOptions({ ttl: Math.max(1, Math.ceil((performance.now() - askedAt) / share)) });
          return counted;
        },
      });
    } catch (error) {
      // The cache wraps what went wrong, and a database that is away must be seen to be away.
      throw (error as Error).cause ?? error;
    }
  }
}

async function count(client: PoolClient, firstStage: string): Promise<Counted> {
  const inFlight = await client.query<Counted['inFlight'][number]>(
    `select r.source_system as source, p.stage, p.status = 'ready' and p.stage = $1 as queued, count(*)::int as count,
       min(r.received_at) as oldest
     from progress p join document_request r using (id) where p.ended_at is null group by 1, 2, 3`,
    [firstStage],
  );
  const ended = await client.query<Counted['ended'][number]>(
    `select r.source_system as source, p.ended_as as result, e.item_id is not null as stopped, count(*)::int as count
     from progress p join document_request r using (id)
     left join (select distinct item_id from stage_error where code = $1) e on e.item_id = p.id
     where p.ended_as <> 'completed' group by 1, 2, 3`,
    [stoppedCode],
  );
  const totals = await client.query<{ source: string; count: number }>(
    `select source, (select count(*) from document_request where source_system = source)::int as count
     from unnest($1::text[]) as s (source)`,
    [await knownSources(client)],
  );
  const { rows } = await client.query<{ at: Date }>('select now() as at');
  return {
    at: rows[0]?.at ?? new Date(),
    totals: new Map(totals.rows.map(({ source, count }) => [source, count])),
    inFlight: inFlight.rows,
    ended: ended.rows,
  };
}

function summaryOf(counted: Counted, stages: readonly string[], visible: VisibleSources): RequestSummary {
  const sources = [...counted.totals.keys()].filter((source) => visible === 'all' || visible.includes(source)).sort();
  const bySource = sources.map((sourceSystem) => ({
    sourceSystem,
    total: counted.totals.get(sourceSystem) ?? 0,
    statuses: countsOf(counted, sourceSystem),
  }));
  const mine = counted.inFlight.filter(({ source }) => sources.includes(source));
  return {
    countedAt: counted.at.toISOString(),
    total: sum(bySource.map(({ total }) => total)),
    statuses: countsBy((status) => sum(bySource.map(({ statuses }) => statuses[status]))),
    stages: stages.map((stage) => {
      const here = mine.filter((row) => row.stage === stage);
      const oldest = here.map((row) => row.oldest.getTime()).sort((a, b) => a - b)[0];
      return {
        stage,
        inFlight: sum(here.map((row) => row.count)),
        oldestReceivedAt: oldest === undefined ? null : new Date(oldest).toISOString(),
        oldestAgeSeconds: oldest === undefined ? null : Math.max(0, counted.at.getTime() - oldest) / 1_000,
      };
    }),
    sources: bySource,
  };
}

function countsOf({ totals, inFlight, ended }: Counted, source: string): Counts {
  const moving = inFlight.filter((row) => row.source === source);
  const unhappy = ended.filter((row) => row.source === source);
  const known = countsBy((status) => {
    if (status === 'QUEUED') return sum(moving.filter(({ queued }) => queued).map(({ count }) => count));
    if (status === 'PROCESSING') return sum(moving.filter(({ queued }) => !queued).map(({ count }) => count));
    const same = unhappy.filter(
      ({ result, stopped }) => finalStatusOf(result, stopped ? [stoppedCode] : []) === status,
    );
    return sum(same.map(({ count }) => count));
  });
  return { ...known, COMPLETED: (totals.get(source) ?? 0) - sum(Object.values(known)) };
}

const countsBy = (count: (status: RequestStatus) => number): Counts =>
  Object.fromEntries(statuses.map((status) => [status, count(status)])) as Counts;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
