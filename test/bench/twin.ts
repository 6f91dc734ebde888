import { MikroORM } from '@mikro-orm/core';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import pg from 'pg';
import { freePort } from '#src/local/ports.ts';
import { migrate } from '#src/platform/migrate.ts';
import type { Contestant } from './contestant.ts';
import type { House } from './house.ts';
import { TwinHistory, TwinRequest } from './twin/entities.ts';

/**
 * The straightforward build of the same pipeline: plain BullMQ and MikroORM as their guides show them, the same Joi
 * schema, XML, sandbox, broker, PostgreSQL and Redis. Also an API process and a worker process.
 */
export async function startTwin(house: House, redisDatabase: number): Promise<Contestant> {
  const databaseUrl = await house.database('twin');
  // For the reference data; the twin's own tables come beside it.
  await migrate(databaseUrl);
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver,
    clientUrl: databaseUrl,
    entities: [TwinRequest, TwinHistory],
  });
  await orm.em.getConnection().execute(await orm.schema.getCreateSchemaSQL());
  await orm.close();
  const settings = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: `${house.services.redisUrl}/${redisDatabase}`,
    KAFKA_BROKERS: house.services.kafkaBrokers ?? '',
    THUNDERHEAD_URL: house.thunderhead.url,
  };
  const port = await freePort();
  const api = await house.spawn('twin api', ['test/bench/twin/api.ts'], { ...settings, PORT: `${port}` });
  const worker = await house.spawn('twin worker', ['test/bench/twin/worker.ts'], settings);
  for (const child of [api, worker]) await child.until(() => child.output().includes('"ready":true') || undefined);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  // The server goes away at the end of the run.
  pool.on('error', () => undefined);
  return {
    name: 'twin',
    url: `http://127.0.0.1:${port}`,
    pool,
    pids: { api: api.pid, worker: worker.pid },
    busy: async () =>
      (await pool.query(`select from twin_request where status in ('QUEUED', 'PROCESSING') limit 1`)).rowCount === 1,
    span: async (since) =>
      (
        await pool.query(
          `select count(*)::int as count, extract(epoch from max(updated_at) - min(created_at))::float8 as seconds
           from twin_request where created_at >= $1 and status = 'COMPLETED'`,
          [since],
        )
      ).rows[0],
    load: (count) => house.load('twin loader', ['test/bench/twin/loader.ts', `${count}`], settings),
  };
}
