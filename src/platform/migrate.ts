import { migrateQueues } from '#queues/bullmq/postgres.ts';
import { firstAnswer, openOrm } from './database.ts';

/** Any number that no one else locks. */
const migrationLock = 7_001;

/** Brings the database to this version's schema. Several processes may try at once: the others wait and find nothing to do. */
export async function migrate(databaseUrl: string): Promise<void> {
  const orm = await openOrm(databaseUrl);
  try {
    // Held by one connection of the pool until it closes.
    await firstAnswer(orm.em.getConnection().execute(`select pg_advisory_lock(${migrationLock})`));
    await orm.migrator.up();
    await migrateQueues(databaseUrl);
  } finally {
    await orm.close();
  }
}
