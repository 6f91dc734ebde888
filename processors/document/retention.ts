import type { Pool, PoolClient } from 'pg';
import { inTransaction, persistently } from '#processors/engine/transaction.ts';

export interface Retention {
  pipeline: string;
  /** What ended before this goes. */
  endedBefore: Date;
  /** Few enough for one transaction that holds no lock for long. */
  limit: number;
}

/**
 * Deletes finished requests, with everything that is known of them; answers how many. What has not ended stays, and so does
 * a request whose client has not been told yet. Whoever reads the status feed goes on behind what is gone.
 */
export const deleteFinished = (pool: Pool, retention: Retention): Promise<number> =>
  persistently(() =>
    inTransaction(pool, async (transaction) => {
      const ids = await finished(transaction, retention);
      await deleteAll(transaction, ids);
      return ids.length;
    }),
  );

/**
 * The ids are UUIDv7: what came in after the limit has not ended before it, and is not looked at. What somebody has in hand
 * (another pass, or who sets it going again) is passed over.
 */
async function finished(transaction: PoolClient, { pipeline, endedBefore, limit }: Retention): Promise<string[]> {
  const { rows } = await transaction.query<{ id: string }>(
    `select p.id from progress p
     where p.id < $1 and p.pipeline = $2 and p.ended_at < $3
       and not exists (
         select from status_event e join progress told on told.id = e.id
         where e.request_id = p.id and told.ended_at is null)
     order by p.id limit $4 for update of p skip locked`,
    [firstIdOf(endedBefore), pipeline, endedBefore, limit],
  );
  return rows.map(({ id }) => id);
}

/** The clocks that make ids and that write `ended_at` may differ; a day is more than any of them is wrong. */
const clocksDiffer = 86_400_000;

function firstIdOf(time: Date): string {
  const hex = (time.getTime() + clocksDiffer).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The progress rows last: as long as they are there, nobody else deletes the same requests. */
async function deleteAll(transaction: PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await transaction.query<{ id: string }>(
    'delete from status_event where request_id = any($1::uuid[]) returning id',
    [ids],
  );
  // A callback is an item of its own, under the id of the event that it tells.
  const items = [...ids, ...rows.map(({ id }) => id)];
  for (const table of ['stage_error', 'history', 'cancellation'])
    await transaction.query(`delete from ${table} where item_id = any($1::uuid[])`, [items]);
  await transaction.query('delete from batch where request_id = any($1::uuid[])', [ids]);
  await transaction.query('delete from document_request where id = any($1::uuid[])', [ids]);
  await transaction.query('delete from progress where id = any($1::uuid[])', [items]);
}
