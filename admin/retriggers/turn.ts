import { inTransaction } from '#processors/engine/transaction.ts';
import { type RetriggerParts, retrigger } from '../retrigger.ts';
import { documentsPerMinute, type PaceParts, waitingForCalls } from './pace.ts';
import { endPlans, settleEnded, skipOthers } from './settle.ts';

export interface TurnParts extends RetriggerParts, PaceParts {
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
    const waiting = await waitingForCalls(pool, pipeline, { now: clock.now(), most });
    const went = await fill(parts, most - waiting);
    await endPlans(pool, clock.now());
    return went;
  });
}

/** The running plans share the room evenly, and what one does not need the others get. */
async function fill(parts: TurnParts, most: number): Promise<number> {
  let room = most;
  for (let plans = room > 0 ? await runningPlans(parts) : []; room > 0 && plans.length > 0; ) {
    const share = Math.min(Math.ceil(room / plans.length), mostAtOnce);
    const more: Plan[] = [];
    for (const plan of plans) {
      const wanted = Math.min(share, room);
      if (wanted === 0 || parts.stopping?.aborted) return most - room;
      const taken = await take(parts, plan, wanted);
      // Who was skipped takes no room.
      room -= await setGoing(parts, plan, taken);
      if (taken.length === wanted) more.push(plan);
    }
    plans = more;
  }
  return most - room;
}

interface Plan {
  id: string;
  actor: string;
  reason: string;
}

/** In no order: when there is not room enough for all of them, it is not always the same one that goes without. */
async function runningPlans({ pool }: TurnParts): Promise<Plan[]> {
  const { rows } = await pool.query<Plan>(
    `select id, actor, reason from retrigger_plan where ended_at is null and status = 'running' order by random()`,
  );
  return rows;
}

/** Before anything is done it is known that it was to be: who dies in between leaves them to the next turn, see `settleEnded`. */
async function take({ pool, clock }: TurnParts, { id }: Plan, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `with next as (
       select i.item_id from retrigger_plan l join retrigger_item i on i.plan_id = l.id and i.state = 'pending'
       where l.id = $1 and l.status = 'running' order by i.item_id limit $2 for update of i skip locked)
     update retrigger_item i set state = 'going', note = null, changed_at = $3 from next
     where i.plan_id = $1 and i.item_id = next.item_id returning i.item_id as id`,
    [id, limit, clock.now()],
  );
  return rows.map(({ id: item }) => item);
}

async function setGoing(parts: TurnParts, { id: plan, actor, reason }: Plan, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const others = await skipOthers(parts.pool, { plan, ids, now: parts.clock.now() });
  const own = ids.filter((id) => !others.has(id));
  const wish = { pipeline: parts.pipeline.name, actor, reason: `retriggered by plan ${plan}: ${reason}` };
  // Whom somebody else has in hand is missing from the answer, and is looked at again in the next turn.
  return own.length === 0 ? 0 : (await retrigger(parts, own, wish)).length;
}
