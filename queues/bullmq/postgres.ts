import { createPostgresBackend, type PgPool, runMigrations, withBackend } from 'bullmq';
import pg from 'pg';
import type { QueueBackend } from './backend.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** BullMQ on PostgreSQL (schema `bullmq`), for a house without Redis. Slower at many small jobs; our jobs are chunks. */
export async function postgresBackend(
  databaseUrl: string,
  { workers, concurrency }: { workers: number; concurrency: number },
  onError: (error: Error) => void,
): Promise<QueueBackend> {
  // Every worker holds one connection to listen on.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'oms-queues',
    // BullMQ sets this only on pools that it opens itself; on ours it would not find its own functions.
    options: '-c search_path=bullmq',
    keepAlive: true,
    max: workers + Math.min(concurrency * workers, 20),
  });
  pool.on('error', onError);
  // Every queue and worker listens as well.
  pool.setMaxListeners(0);
  // A pg.Pool is what BullMQ documents; its own type for one only lacks the class's private parts.
  const connection = pool as unknown as PgPool;
  return {
    name: 'postgres',
    // The database that everything else is in, and that is asked anyway.
    check: async () => undefined,
    queue: (name) => {
      const queue = new Queue(name, { connection });
      queue.on('error', onError);
      return queue;
    },
    worker: (name, process, options) => {
      const worker = new Worker(name, process, { ...options, connection });
      worker.on('error', onError);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
}

/** Creates or updates BullMQ's own tables. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
