import pg from 'pg';
import { freePort } from '#src/local/ports.ts';
import { migrate } from '#src/platform/migrate.ts';
import type { Contestant } from './contestant.ts';
import type { House } from './house.ts';

export interface OmsContestant extends Contestant {
  settings: Record<string, string>;
}

/** The OMS as it is: `node src/main.ts api` and `node src/main.ts worker sweep`. */
export async function startOms(
  house: House,
  name: string,
  redisDatabase: number,
  more: Record<string, string> = {},
): Promise<OmsContestant> {
  const databaseUrl = await house.database(name);
  await migrate(databaseUrl);
  const settings = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: `${house.services.redisUrl}/${redisDatabase}`,
    KAFKA_BROKERS: house.services.kafkaBrokers ?? '',
    THUNDERHEAD_URL: house.thunderhead.url,
    OIDM_URL: house.oidm.url,
    // One client stands for many.
    RATE_LIMIT_REQUESTS: '1000000000',
    // Neither is a licence what is measured here, unless a benchmark says so.
    ...{ THUNDERHEAD_CALLS_PER_MINUTE: '1000000', THUNDERHEAD_CALLS_IN_FLIGHT: '64' },
    ...more,
  };
  const worker = await spawnOms(house, `${name} worker`, ['worker', 'sweep'], settings);
  const api = await spawnOms(house, `${name} api`, ['api'], settings);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  // The server goes away at the end of the run.
  pool.on('error', () => undefined);
  return {
    name: 'OMS',
    settings,
    url: api.url,
    pool,
    pids: { api: api.pid, worker: worker.pid },
    busy: async () => (await pool.query('select from progress where ended_at is null limit 1')).rowCount === 1,
    span: async (since) =>
      (
        await pool.query(
          `select count(*)::int as count, extract(epoch from max(ended_at) - min(received_at))::float8 as seconds
           from document_request join progress using (id) where received_at >= $1 and result = 'completed'`,
          [since],
        )
      ).rows[0],
    load: (count) => house.load(`${name} loader`, ['test/bench/oms-loader.ts', `${count}`], settings),
  };
}

/** One process of the OMS, once it is ready. */
export async function spawnOms(
  house: House,
  name: string,
  roles: readonly string[],
  settings: Record<string, string>,
): Promise<{ url: string; pid: number }> {
  const port = await freePort();
  const { until, pid } = await house.spawn(name, ['src/main.ts', ...roles], { ...settings, PORT: `${port}` });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok || undefined);
  return { url, pid };
}
