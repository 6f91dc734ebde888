import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Contestant, measure, median } from './contestant.ts';
import { rssMb } from './cpu.ts';
import { fillTables } from './fill.ts';
import type { House } from './house.ts';
import { spawnOms, startOms } from './oms.ts';

/** CPU per document with many finished documents in the tables, compared with none. */
export async function fullTables(
  house: House,
  oms: Contestant,
  { count, rounds, old }: { count: number; rounds: number; old: number },
): Promise<number> {
  const cost = async () => {
    const runs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const { cpu } = await measure(house, oms, count, () => oms.load(count));
      if (round > 0) runs.push(cpu.counted);
    }
    return median(runs);
  };
  const empty = await cost();
  await fillTables(oms.pool, old);
  return (await cost()) / empty;
}

/** The most memory an OMS in one process takes from the first POST until all of them, a minute later, are published. */
export async function memoryInFlight(house: House, count: number): Promise<number> {
  const oms = await startOms(house, 'memory', 3);
  await generatorTakes(house, 60_000);
  let most = 0;
  let over = false;
  const watched = (async () => {
    for (; !over; await sleep(200)) most = Math.max(most, rssMb(oms.pids.worker));
  })();
  await house.run('driver', ['test/bench/driver.ts', 'flood', oms.url, `${count}`, '200'], {
    OIDM_URL: house.oidm.url,
  });
  while (await oms.busy()) await sleep(500);
  over = true;
  await watched;
  await oms.pool.end();
  return most;
}

/**
 * A worker is killed while it is busy, and another one is there: until everything the dead one had in hand has moved on,
 * in seconds. The other one is held still until the kill, or nobody could say whose documents were whose.
 */
export async function killedWorker(house: House): Promise<number> {
  const oms = await startOms(house, 'kill', 4);
  const other = await spawnOms(house, 'second worker', ['worker', 'sweep'], oms.settings);
  process.kill(other.pid, 'SIGSTOP');
  await generatorTakes(house, 100);
  const loading = oms.load(5_000);
  while ((await inHand(oms.pool)).length < 200) await sleep(5);
  process.kill(oms.pids.worker, 'SIGKILL');
  process.kill(other.pid, 'SIGCONT');
  const killedAt = performance.now();
  const left = await inHand(oms.pool);
  if (left.length === 0) throw new Error('the worker had nothing in hand when it was killed');
  while (await someAreWhereTheyWere(oms.pool, left)) await sleep(50);
  const seconds = (performance.now() - killedAt) / 1_000;
  await loading;
  await oms.pool.end();
  return seconds;
}

interface Held {
  id: string;
  revision: number;
}

const inHand = async (pool: pg.Pool): Promise<Held[]> =>
  (await pool.query<Held>(`select id, revision from progress where ended_at is null and status = 'running'`)).rows;

async function someAreWhereTheyWere(pool: pg.Pool, held: readonly Held[]): Promise<boolean> {
  const { rowCount } = await pool.query(
    'select from progress join unnest($1::uuid[], $2::int[]) as h (id, revision) using (id, revision) limit 1',
    [held.map(({ id }) => id), held.map(({ revision }) => revision)],
  );
  return rowCount === 1;
}

async function generatorTakes(house: House, ms: number): Promise<void> {
  const control = new URL('/sandbox/batch-ms', house.thunderhead.url);
  const answer = await fetch(control, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ms }),
  });
  if (!answer.ok) throw new Error(`${control}: ${answer.status} ${await answer.text()}`);
}
