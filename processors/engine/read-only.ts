import type { Pool, PoolClient } from 'pg';
import { inTransaction } from './transaction.ts';

/**
 * A look at the tables that sees one moment of them, takes one processor of the database and no more, and gives up before
 * it is in anybody's way: the items come first.
 */
export function readOnly<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, timeoutMs = 3_000): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query(
      `set transaction isolation level repeatable read read only;
       set local statement_timeout = ${timeoutMs}; set local max_parallel_workers_per_gather = 0`,
    );
    return work(client);
  });
}

/** The statement was ended by its own time limit. */
export const isTimeout = (error: unknown): boolean => (error as { code?: string }).code === '57014';
