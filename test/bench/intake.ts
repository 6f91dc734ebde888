import { parseArgs } from 'node:util';
import pg from 'pg';
import { freePort } from '#src/local/ports.ts';
import { migrate } from '#src/platform/migrate.ts';
import { median } from './contestant.ts';
import { openHouse } from './house.ts';
import { spawnOms } from './oms.ts';
import { verdict } from './report.ts';

/**
 * `node test/bench/intake.ts`: single POSTs with tokens, every check and a durable insert, 200 in flight from a process of
 * its own: the OMS's API against the same Express route with one insert per request (`single-insert-api.ts`), in turns, each
 * with a database of its own on the same PostgreSQL. No worker runs. `--posts`, `--rounds`, `--connections` choose.
 */
const { values: flags } = parseArgs({
  options: {
    posts: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '20' },
  },
});
const inFlight = 200;
const say = (line: string) => process.stdout.write(`${line}\n`);

await using house = await openHouse(100);

interface Api {
  name: string;
  url: string;
  pool: pg.Pool;
  perSecond: number[];
}

const apis = [
  await start('OMS', 9, (settings) => spawnOms(house, 'intake oms', ['api'], settings)),
  await start('one insert per request', 10, async (settings) => {
    const port = await freePort();
    const args = ['test/bench/single-insert-api.ts', flags.connections];
    const { until } = await house.spawn('intake contender', args, { ...settings, PORT: `${port}` });
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok || undefined);
    return { url };
  }),
] as const;

/** The first round warms both up and is thrown away. */
for (let round = 0; round <= Number(flags.rounds); round++)
  for (const api of apis) {
    const perSecond = await flood(api, Number(flags.posts));
    if (round > 0) api.perSecond.push(perSecond);
  }
for (const { name, perSecond } of apis)
  say(`  ${name}: ${Math.round(median(perSecond))} POSTs/s (${perSecond.map(Math.round).join(', ')})`);
const [oms, contender] = apis;
const ratio = median(oms.perSecond) / median(contender.perSecond);
say(
  `${inFlight} single POSTs in flight, the contender with ${flags.connections} connections: ${verdict(ratio, 2, 'times as many', 'least')}`,
);
await Promise.all(apis.map(({ pool }) => pool.end()));

async function start(
  name: string,
  redis: number,
  spawn: (settings: Record<string, string>) => Promise<{ url: string }>,
): Promise<Api> {
  const databaseUrl = await house.database(`intake_${redis}`);
  await migrate(databaseUrl);
  const { url } = await spawn({
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: `${house.services.redisUrl}/${redis}` },
    ...{ THUNDERHEAD_URL: house.thunderhead.url, OIDM_URL: house.oidm.url },
    // One client stands for many.
    RATE_LIMIT_REQUESTS: '1000000000',
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  // The server goes away at the end of the run.
  pool.on('error', () => undefined);
  return { name, url, pool, perSecond: [] };
}

/** POSTs a second, from the first row written to the last: without the driver's start. */
async function flood({ name, url, pool }: Api, count: number): Promise<number> {
  const since = new Date();
  await house.run('driver', ['test/bench/driver.ts', 'flood', url, `${count}`, `${inFlight}`], {
    OIDM_URL: house.oidm.url,
  });
  const { rows } = await pool.query(
    `select count(*)::int as rows, extract(epoch from max(received_at) - min(received_at))::float8 as seconds
     from document_request where received_at >= $1`,
    [since],
  );
  if (rows[0].rows !== count) throw new Error(`${name}: ${rows[0].rows} of ${count} requests are there`);
  return count / rows[0].seconds;
}
