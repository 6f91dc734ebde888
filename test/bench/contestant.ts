import type pg from 'pg';
import { cpuMs } from './cpu.ts';
import type { House } from './house.ts';

/** One of the two systems that are compared, running as an API process and a worker process. */
export interface Contestant {
  name: string;
  url: string;
  pool: pg.Pool;
  pids: { api: number; worker: number };
  /** Documents that have been published and are final. */
  finished(): Promise<number>;
  /** Hands this many over in bulk, from a process of its own. */
  load(count: number): Promise<void>;
}

export interface Run {
  docsPerSecond: number;
  /** Per document, in microseconds. */
  cpu: { node: number; postgres: number; redis: number; kafka: number; sandbox: number; counted: number };
}

/** Times `begin` until `count` more documents are final, and what that cost every process. */
export async function measure(
  house: House,
  contestant: Contestant,
  count: number,
  begin: () => Promise<unknown>,
): Promise<Run> {
  const goal = (await contestant.finished()) + count;
  const before = usage(house, contestant);
  const startedAt = performance.now();
  const begun = begin();
  while ((await contestant.finished()) < goal) await new Promise((resolve) => setTimeout(resolve, 25));
  const seconds = (performance.now() - startedAt) / 1_000;
  await begun;
  const after = usage(house, contestant);
  const perDocument = (key: keyof ReturnType<typeof usage>) => ((after[key] - before[key]) * 1_000) / count;
  const [node, postgres, redis] = [perDocument('node'), perDocument('postgres'), perDocument('redis')];
  return {
    docsPerSecond: count / seconds,
    // What makes the documents and what drives the run is the same for both, and is shown but not counted.
    cpu: {
      node,
      postgres,
      redis,
      kafka: perDocument('kafka'),
      sandbox: perDocument('sandbox'),
      counted: node + postgres + redis,
    },
  };
}

const usage = (house: House, { pids }: Contestant) => ({
  node: cpuMs(pids.api) + cpuMs(pids.worker),
  postgres: cpuMs(house.pidOf('PostgreSQL')),
  redis: cpuMs(house.pidOf('Redis')),
  kafka: cpuMs(house.pidOf('Kafka')),
  sandbox: cpuMs(house.thunderhead.pid),
});

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};
