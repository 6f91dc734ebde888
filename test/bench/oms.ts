import pg from 'pg';
import { freePort } from '#src/local/ports.ts';
import { migrate } from '#src/platform/migrate.ts';
import type { Contestant } from './contestant.ts';
import type { House } from './house.ts';

/** The OMS as it is: `node src/main.ts api` and `node src/main.ts worker sweep`. */
export async function startOms(
  house: House,
  name: string,
  redisDatabase: number,
): Promise<Contestant & { settings: Record<string, string> }> {
  const databaseUrl = await house.database(name);
  await migrate(databaseUrl);
  const settings = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: `${house.services.redisUrl}/${redisDatabase}`,
    KAFKA_BROKERS: house.services.kafkaBrokers ?? '',
    THUNDERHEAD_URL: house.thunderhead.url,
  };
  const [apiPort, workerPort] = [await freePort(), await freePort()];
  const api = await house.spawn(`${name} api`, ['src/main.ts', 'api'], { ...settings, PORT: `${apiPort}` });
  const worker = await house.spawn(`${name} worker`, ['src/main.ts', 'worker', 'sweep'], {
    ...settings,
    PORT: `${workerPort}`,
  });
  for (const [child, port] of [
    [api, apiPort],
    [worker, workerPort],
  ] as const)
    await child.until(
      async () => (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.ok || undefined,
    );
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  // The server goes away at the end of the run.
  pool.on('error', () => undefined);
  return {
    name: 'OMS',
    settings,
    url: `http://127.0.0.1:${apiPort}`,
    pool,
    pids: { api: api.pid, worker: worker.pid },
    finished: async () => (await pool.query('select count(*)::int as n from status_event')).rows[0].n,
    async load(count) {
      const loader = await house.spawn(`${name} loader`, ['test/bench/oms-loader.ts', `${count}`], settings);
      const { code } = await loader.exited;
      if (code !== 0) throw new Error(`the loader failed: ${loader.output()}`);
    },
  };
}
