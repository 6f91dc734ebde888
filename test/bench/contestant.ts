import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { cpuMs } from './cpu.ts';
import type { House } from './house.ts';

/** One of the two systems that are compared, running as an API process and a worker process. */
export interface Contestant {
  name: string;
  url: string;
  pool: pg.Pool;
  pids: { api: number; worker: number };
  /** Is any document on its way that was accepted and is not final yet? Cheap, however many are final. */
  busy(): Promise<boolean>;
  /** From the first of these documents accepted to the last of them published and final; and how many they are. */
  span(since: Date): Promise<{ count: number; seconds: number }>;
  /** Hands this many over in bulk, from a process of its own; answers the CPU that took, without the process's start. */
  load(count: number): Promise<Loaded>;
}

export interface Loaded {
  cpuMs: number;
}

/** What is counted is the system's own; what makes the documents and what drives the run is shown beside it. */
const counted = ['api', 'worker', 'loader', 'postgres', 'redis'] as const;
const beside = ['kafka', 'sandbox'] as const;
export const processes = [...counted, ...beside];

export interface Run {
  docsPerSecond: number;
  /** Per document, in microseconds. */
  cpu: Record<(typeof processes)[number] | 'counted', number>;
}

/** Has `begin` hand over `count` documents, waits until all are final, and answers what that cost every process. */
export async function measure(
  house: House,
  contestant: Contestant,
  count: number,
  begin: () => Promise<Loaded>,
): Promise<Run> {
  const since = new Date();
  const before = usage(house, contestant);
  const loaded = await begin();
  while (await contestant.busy()) await sleep(25);
  const after = usage(house, contestant);
  const span = await contestant.span(since);
  if (span.count !== count) throw new Error(`${contestant.name}: ${span.count} documents are final, not ${count}`);
  const used = { ...usageBetween(before, after), loader: loaded.cpuMs };
  const cpu = Object.fromEntries(processes.map((name) => [name, (used[name] * 1_000) / count])) as Run['cpu'];
  cpu.counted = counted.reduce((sum, name) => sum + cpu[name], 0);
  return { docsPerSecond: count / span.seconds, cpu };
}

const usage = (house: House, { pids }: Contestant) => ({
  api: cpuMs(pids.api),
  worker: cpuMs(pids.worker),
  postgres: cpuMs(house.pidOf('PostgreSQL')),
  redis: cpuMs(house.pidOf('Redis')),
  kafka: cpuMs(house.pidOf('Kafka')),
  sandbox: cpuMs(house.thunderhead.pid),
});

type Usage = ReturnType<typeof usage>;

const usageBetween = (before: Usage, after: Usage): Usage =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - before[name as keyof Usage]])) as Usage;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return sorted.length === 0 ? Number.NaN : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
