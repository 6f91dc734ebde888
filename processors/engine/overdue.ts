import type { Pool } from 'pg';
import { type Due, type DueColumns, dueOf } from './due.ts';
import { nilUuid } from './uuid.ts';

/**
 * Items whose ring must have been lost: a lease ran out, or nobody came for `graceMs` after the item was due, although
 * nothing that old is in line any more. They are marked as rung, so that two sweeps never ring the same one. In the order of
 * their ids, those after `after`.
 */
export async function overdue(
  pool: Pool,
  { pipeline, paused = [], inLineSince = new Map(), now, graceMs, after, limit }: OverdueQuery,
): Promise<Due[]> {
  const graceBefore = (moment: Date) => new Date(Math.min(moment.getTime(), now.getTime()) - graceMs);
  const { rows } = await pool.query<DueColumns>({
    name: 'oms-overdue',
    text: `with lost as (
        select p.id from progress p
        left join unnest($6::text[], $7::timestamptz[]) as line (stage, before) on line.stage = p.stage
        where p.ended_at is null and p.pipeline = $1 and p.stage <> all($5::text[]) and p.id > $4
          and ((p.status = 'running' and p.due_at <= $2) or p.due_at <= coalesce(line.before, $3))
          and (p.rung_at is null or p.rung_at <= coalesce(line.before, $3))
        order by p.id limit $8 for update of p skip locked),
      rung as (update progress p set rung_at = $2 from lost where p.id = lost.id
        returning p.id, p.stage, p.due_at, p.priority)
      select * from rung order by id`,
    values: [
      ...[pipeline, now, graceBefore(now), after ?? nilUuid, paused],
      ...[[...inLineSince.keys()], [...inLineSince.values()].map(graceBefore), limit],
    ],
  });
  return rows.map(dueOf);
}

/** The ring did not go out after all. */
export async function unring(pool: Pool, items: readonly { id: string }[]): Promise<void> {
  await pool.query('update progress set rung_at = null where id = any($1::uuid[])', [items.map(({ id }) => id)]);
}

interface OverdueQuery {
  pipeline: string;
  /** Stages that nobody is rung for. */
  paused?: readonly string[];
  /** By stage, since when the ring that is next in line has been due: what was rung before it is out of the queue. */
  inLineSince?: ReadonlyMap<string, Date>;
  now: Date;
  /** How long a due item, or a ring, may be on its way. */
  graceMs: number;
  after?: string | undefined;
  limit: number;
}
