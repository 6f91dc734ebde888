import type { Pool } from 'pg';
import { persistently } from '#processors/engine/transaction.ts';

export interface PlanRetention {
  /** What ended before this goes. */
  endedBefore: Date;
  /** Documents of plans; few enough for one statement that holds no lock for long. */
  limit: number;
}

/**
 * A step of forgetting plans that ended long ago; answers how many of their documents it forgot. A plan goes when nothing
 * is left of its list. Any number of passes may do so at once: none takes what another one has in hand.
 */
export const deleteEndedPlans = (pool: Pool, { endedBefore, limit }: PlanRetention): Promise<number> =>
  persistently(async () => {
    const { rowCount } = await pool.query(
      `delete from retrigger_item where (plan_id, item_id) in (
         select i.plan_id, i.item_id from retrigger_plan l join retrigger_item i on i.plan_id = l.id
         where l.ended_at < $1 limit $2 for update of i skip locked)`,
      [endedBefore, limit],
    );
    await pool.query(
      'delete from retrigger_plan l where ended_at < $1 and not exists (select 1 from retrigger_item where plan_id = l.id)',
      [endedBefore],
    );
    return rowCount ?? 0;
  });
