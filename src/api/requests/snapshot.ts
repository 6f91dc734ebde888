import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '#processors/engine/transaction.ts';

/** One moment of the tables, however many statements it takes; gives up after five seconds. */
export const snapshot = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query(
      `set transaction isolation level repeatable read read only;
       set local statement_timeout = 5000; set local max_parallel_workers_per_gather = 0; set local jit = off`,
    );
    return work(client);
  });

/**
 * The same, walking along indexes and nothing else. The planner believes that what is asked for is spread evenly, and
 * would sort a million rows to find fifty, or pass a million looking for them, whenever it is not.
 */
export const alongIndexes = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  snapshot(pool, async (client) => {
    await client.query(
      ['seqscan', 'bitmapscan', 'sort', 'hashagg', 'hashjoin', 'mergejoin', 'material']
        .map((way) => `set local enable_${way} = off`)
        .join('; '),
    );
    return work(client);
  });
