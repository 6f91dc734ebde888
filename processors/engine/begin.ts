import type { PoolClient } from 'pg';

/** New items at the first stage of their pipeline, in the transaction that creates what they are about. */
export async function begin(
  transaction: PoolClient,
  items: readonly { id: string; dueAt: Date; priority?: number }[],
  { pipeline, stage, actor, now }: { pipeline: string; stage: string; actor: string; now: Date },
): Promise<void> {
  await transaction.query({
    name: 'oms-begin',
    text: `with entered as (
        insert into progress (id, pipeline, stage, status, priority, due_at, since)
        select id, $3, $4, 'ready', priority, due_at, $5
        from unnest($1::uuid[], $2::timestamptz[], $7::smallint[]) as i (id, due_at, priority)
        returning id)
      insert into history (item_id, from_state, to_state, stage, reason, actor, at)
      select id, null, $4, $4, 'received', $6, $5 from entered`,
    values: [
      items.map(({ id }) => id),
      items.map(({ dueAt }) => dueAt.toISOString()),
      pipeline,
      stage,
      now,
      actor,
      items.map(({ priority }) => priority ?? 0),
    ],
  });
}
