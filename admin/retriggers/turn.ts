import type { Pool } from 'pg';
import { inTransaction } from '#processors/engine/transaction.ts';
import { type RetriggerParts, retrigger } from '../retrigger.ts';
import type { CallSettings } from '../thunderhead/controls.ts';
import type { PlannedPipeline } from './failed-documents.ts';
import { documentsPerMinute, waitingForCalls } from './pace.ts';
import { endPlans, settleEnded, skipOthers } from './settle.ts';

export interface TurnParts extends RetriggerParts {
  pipeline: PlannedPipeline;
  /** As they are at the moment. */
  calls: () => Pick<CallSettings, 'callsPerMinute' | 'batchSize'>;
  /** Aborted when the process stops: a minute's worth may be tens of thousands, and the rest is for another one. */
  stopping?: AbortSignal;
}

/** Few enough for one transaction that holds no lock for long. */
const mostAtOnce = 500;

/**
 * Sets documents of running plans going, as many as Thunderhead can be given in the next minute, and notes what became of
 * those before. Answers how many went. Any number of processes may try: one at a time does it, or each would fill the minute.
 */
export function retriggerTurn(parts: TurnParts): Promise<number> {
  const { pool, clock, pipeline, calls } = parts;
  return inTransaction(pool, async (turn) => {
    const { rows: open } = await turn.query('select 1 from retrigger_plan where ended_at is null limit 1');
    if (open.length === 0) return 0;
    const { rows } = await turn.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('oms.retrigger', 0)) as mine`,
    );
    if (!rows[0]?.mine) return 0;
    await settleEnded(pool, clock.now());
    const most = documentsPerMinute(calls());
    let room = most - (await waitingForCalls(pool, pipeline, most));
    let went = 0;
    while (room > 0 && !parts.stopping?.aborted) {
      const wanted = Math.min(room, mostAtOnce);
      const taken = await take(pool, wanted, clock.now());
      for (const [plan, items] of byPlan(taken)) {
        const gone = await setGoing(parts, plan, items);
        went += gone;
        // Who was skipped takes no room.
        room -= gone;
      }
      if (taken.length < wanted) break;
    }
    await endPlans(pool, clock.now());
    return went;
  });
}

interface Taken {
  planId: string;
  itemId: string;
  actor: string;
  reason: string;
}

/** Before anything is done it is known that it was to be: who dies in between leaves them to the next turn, see `settleEnded`. */
async function take(pool: Pool, limit: number, now: Date): Promise<Taken[]> {
  const { rows } = await pool.query<Taken>(
    `with next as (
       select i.plan_id, i.item_id, l.actor, l.reason
       from retrigger_plan l join retrigger_item i on i.plan_id = l.id and i.state = 'pending'
       where l.ended_at is null and l.status = 'running'
       order by l.id, i.item_id limit $1 for update of i skip locked)
     update retrigger_item i set state = 'going', note = null, changed_at = $2 from next
     where i.plan_id = next.plan_id and i.item_id = next.item_id
     returning i.plan_id as "planId", i.item_id as "itemId", next.actor, next.reason`,
    [limit, now],
  );
  return rows;
}

async function setGoing(parts: TurnParts, plan: string, items: readonly Taken[]): Promise<number> {
  const { actor, reason } = items[0] as Taken;
  const ids = items.map(({ itemId }) => itemId);
  const others = await skipOthers(parts.pool, { plan, ids, now: parts.clock.now() });
  const own = ids.filter((id) => !others.has(id));
  const wish = { pipeline: parts.pipeline.name, actor, reason: `retriggered by plan ${plan}: ${reason}` };
  // Whom somebody else has in hand is missing from the answer, and is looked at again in the next turn.
  return own.length === 0 ? 0 : (await retrigger(parts, own, wish)).length;
}

const byPlan = (taken: readonly Taken[]): Map<string, Taken[]> => Map.groupBy(taken, ({ planId }) => planId);
