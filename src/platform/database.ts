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
  const open = (name: string, options: string) => {
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
  };
  const durable = open('durable', '-c synchronous_commit=on');
  const relaxed = open('relaxed', '-c synchronous_commit=off');
  return {
    durable,
    relaxed,
    async [Symbol.asyncDispose]() {
      await Promise.all([durable.end(), relaxed.end()]);
    },
  };
}
