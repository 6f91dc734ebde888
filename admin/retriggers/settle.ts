import type { Pool } from 'pg';
import { countsOf } from './plans.ts';

/** What became of the documents that plans have set going, or wanted to. */

const mostAtOnce = 5_000;

/**
 * Those that have come to an end again. One that has ended and stands in the round that had failed was never set going:
 * whoever took it has died in between, or somebody else had it in hand. It waits for its turn anew.
 */
export async function settleEnded(pool: Pool, now: Date): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `with ended as (
         select i.plan_id, i.item_id, l.status, p.result, p.round > i.round as went,
           (select e.code || ': ' || e.description from stage_error e where e.item_id = i.item_id
             order by e.last_failed_at desc, e.stage desc limit 1) as error
         from retrigger_plan l join retrigger_item i on i.plan_id = l.id and i.state = 'going'
         left join progress p on p.id = i.item_id
         where l.ended_at is null and (p.id is null or p.ended_at is not null) limit $2)
       update retrigger_item i set changed_at = $1,
         state = case when e.result is null then 'skipped'
           when not e.went then case e.status when 'stopped' then 'skipped' else 'pending' end
           when e.result = 'completed' then 'completed' when e.result in ('failed', 'rejected') then 'failed'
           else 'skipped' end,
         note = case when e.result is null then 'is not kept any more'
           when not e.went then case e.status when 'stopped' then 'the plan was stopped' end
           when e.result = 'failed' then e.error when e.result = 'rejected' then concat_ws(', ', e.result, e.error)
           when e.result <> 'completed' then e.result end
       from ended e where i.plan_id = e.plan_id and i.item_id = e.item_id and i.state = 'going'`,
      [now, mostAtOnce],
    );
    if ((rowCount ?? 0) < mostAtOnce) return;
  }
}

/**
 * A plan is about one failure of each document. Who has been set going since, by a person or by the clock, is not set
 * going a second time for what they failed of then. Answers whose ids are left out.
 */
export async function skipOthers(
  pool: Pool,
  { plan, ids, now }: { plan: string; ids: readonly string[]; now: Date },
): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ id: string }>(
    `update retrigger_item i set state = 'skipped', changed_at = $3,
       note = case when p.id is null then 'is not kept any more' when p.round > i.round then 'was set going otherwise'
         else 'is not failed any more' end
     from unnest($2::uuid[]) as taken (id) left join progress p on p.id = taken.id
     where i.plan_id = $1 and i.item_id = taken.id
       and (p.id is null or p.round <> i.round or p.ended_as is null or p.ended_as not in ('failed', 'rejected'))
     returning i.item_id as id`,
    [plan, ids, now],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A plan has ended when each of its documents has; what it came to is counted for the last time. One that was stopped stays stopped. */
export async function endPlans(pool: Pool, now: Date): Promise<void> {
  await pool.query(
    `update retrigger_plan l set ended_at = $1, status = case l.status when 'stopped' then 'stopped' else 'done' end,
       counts = ${countsOf('l.id')}
     where l.ended_at is null and not exists (
       select 1 from retrigger_item where plan_id = l.id and state in ('pending', 'going'))`,
    [now],
  );
}
