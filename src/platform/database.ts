import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '#entities/index.ts';

/**
 * The unit of work, for the edges: migrations, reference data, what a person looks at.
 * The schema `bullmq` belongs to BullMQ's PostgreSQL backend; MikroORM must not want to drop it.
 */
export const ormOptions = (databaseUrl: string) => ({
  driver: PostgreSqlDriver,
  clientUrl: databaseUrl,
  entities,
  extensions: [Migrator],
  discovery: { checkDuplicateFieldNames: true },
  migrations: {
    path: new URL('../../entities/migrations', import.meta.url).pathname,
    snapshot: false,
    emit: 'ts' as const,
  },
  // Triggers are in the migrations alone.
  schemaGenerator: { ignoreSchema: ['bullmq'], ignoreTriggers: true },
  // Migrations are told by the caller, in its own log.
  logger: () => {},
});

export const openOrm = (databaseUrl: string): Promise<MikroORM> => MikroORM.init(ormOptions(databaseUrl));

/** What a process asks the database first. @throws Error that names the setting to look at */
export const firstAnswer = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
  answer.catch((error) => {
    // Of a name with several addresses, all of which refuse, Node tells the code alone.
    throw new Error(`the database of DATABASE_URL: ${error.message || error.code}`, { cause: error });
  });

/**
 * The connections of the hot path. What must survive a power cut is committed on `durable`; what could be worked out
 * again from the rows (a claim, "not ready yet") on `relaxed`, where a commit does not wait for the disk. Both write
 * the same log in order, so a crash loses at most the newest steps, never one in the middle.
 */
export interface Connections extends AsyncDisposable {
  durable: pg.Pool;
  relaxed: pg.Pool;
}

export function openConnections(databaseUrl: string, onError: (error: Error) => void, max = 4): Connections {
  const durable = open({ databaseUrl, name: 'durable', options: '-c synchronous_commit=on', max }, onError);
  const relaxed = open({ databaseUrl, name: 'relaxed', options: '-c synchronous_commit=off', max }, onError);
  return {
    durable,
    relaxed,
    async [Symbol.asyncDispose]() {
      await Promise.all([durable.end(), relaxed.end()]);
    },
  };
}

/**
 * The connections of whoever looks after the whole. Roles may share a process, and a look at a million rows must never be
 * what a settlement or a lease waits for. None is open that is not used.
 */
export interface Overseers extends AsyncDisposable {
  /** The pages of operators, and what they do there, which is short. */
  operators: pg.Pool;
  /** The pages of plans, apart: a preview may take half a minute, and an impatient reload begins another. */
  plans: pg.Pool;
  metrics: pg.Pool;
}

export function openOverseers(databaseUrl: string, onError: (error: Error) => void): Overseers {
  /** Whoever knows better how long a statement may take says so itself, as `readOnly` does. */
  const limited = (name: string, max: number, seconds: number) =>
    open({ databaseUrl, name, options: `-c synchronous_commit=on -c statement_timeout=${seconds}s`, max }, onError);
  const pools = {
    // Pages limit themselves to a few seconds; a retry of all, or an export of the audit, may read a million rows.
    operators: limited('operators', 4, 30),
    // Making a plan writes a row for each of its documents.
    plans: limited('plans', 2, 60),
    metrics: limited('metrics', 2, 2),
  };
  return {
    ...pools,
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
    },
  };
}

interface PoolWish {
  databaseUrl: string;
  name: string;
  options: string;
  max: number;
}

function open({ databaseUrl, name, options, max }: PoolWish, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: `oms-${name}`,
    options,
    max,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  // An idle connection that the server closes would otherwise end the process.
  pool.on('error', onError);
  // So would one that is closed in the moment it is handed over, when the pool listens no more and its taker not yet.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
