import { Pool } from 'undici';
import { migrate } from '#src/platform/migrate.ts';
import { requestToken } from '#test/support/tokens.ts';
import { median } from './contestant.ts';
import { cpuMs } from './cpu.ts';
import { type House, openHouse } from './house.ts';
import { spawnOms } from './oms.ts';
import { verdict } from './report.ts';

/**
 * `node test/bench/verify.ts`: how often a second the Security Service answers on one core, with what it knows already
 * (warm) and with tokens it has never seen (cold: a signature to check, and OIDM to ask), over HTTP from this process.
 * A second here is one of the service's own CPU, so that others on the machine do not count; the clock's is shown beside.
 */
const say = (line: string) => process.stdout.write(`${line}\n`);
const rounds = 3;
const size = { known: 20, warm: 30_000, cold: 2_000 };
const path = '/internal/auth/verify';

await using house = await openHouse(100);
const databaseUrl = await house.database('verify');
await migrate(databaseUrl);
const service = await spawnOms(house, 'security', ['security'], {
  ...{ DATABASE_URL: databaseUrl, THUNDERHEAD_URL: house.thunderhead.url, OIDM_URL: house.oidm.url },
  REDIS_URL: `${house.services.redisUrl}/7`,
});

const known = await tokens(size.known);
await rate(known, size.warm);
const warm = await measured('warm', () => rate(known, size.warm));
const cold = await measured('cold', async () => rate(await tokens(size.cold), size.cold));
const oidm = await measured('OIDM alone', async () => oidmRate(house, await tokens(size.cold)));
say(`warm ${verdict(warm.perCpuSecond, 5_000, 'verifications a core and second', 'least')}`);
say(`cold ${(cold.perSecond / oidm.perSecond).toFixed(2)} of what OIDM alone answers in the same time`);

interface Rate {
  perSecond: number;
  perCpuSecond: number;
}

async function measured(name: string, run: () => Promise<Rate>): Promise<Rate> {
  const runs: Rate[] = [];
  for (let round = 0; round < rounds; round++) runs.push(await run());
  const perSecond = median(runs.map((each) => each.perSecond));
  const perCpuSecond = median(runs.map((each) => each.perCpuSecond));
  const ofCore = perCpuSecond > 0 ? `, ${Math.round(perCpuSecond)} for a second of the service's CPU` : '';
  say(`  ${name}: ${Math.round(perSecond)} a second${ofCore}`);
  return { perSecond, perCpuSecond };
}

async function rate(some: readonly string[], count: number): Promise<Rate> {
  const before = cpuMs(service.pid);
  const seconds = await flood(service.url, path, some, count);
  return { perSecond: count / seconds, perCpuSecond: (count * 1_000) / (cpuMs(service.pid) - before) };
}

async function oidmRate({ oidm: { url } }: House, some: readonly string[]): Promise<Rate> {
  const seconds = await flood(url, '/oauth2/rest/rest/token', some, some.length);
  return { perSecond: some.length / seconds, perCpuSecond: 0 };
}

/** Fifty callers, each with one question at a time; in seconds. */
async function flood(url: string, at: string, some: readonly string[], count: number): Promise<number> {
  const pool = new Pool(url, { connections: 50 });
  const startedAt = performance.now();
  let next = 0;
  const caller = async () => {
    for (let turn = next++; turn < count; turn = next++) {
      const headers = { authorization: `Bearer ${some[turn % some.length]}` };
      const { statusCode, body } = await pool.request({ method: 'GET', path: at, headers });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${at} answered ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: 50 }, caller));
  await pool.close();
  return (performance.now() - startedAt) / 1_000;
}

async function tokens(count: number): Promise<string[]> {
  const made: string[] = [];
  while (made.length < count)
    made.push(...(await Promise.all(Array.from({ length: 20 }, () => requestToken(house.oidm.url, 'arcade')))));
  return made.slice(0, count);
}
