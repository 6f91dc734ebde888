import type { Pool } from 'pg';
import type { Progress } from './progress.ts';
import type { ProgressColumns } from './progress-columns.ts';

/**
 * Items whose ring must have been lost: a lease ran out, or nobody came for `graceMs` after the item was due. They are
 * marked as rung, so that a long queue is not rung again and again, and two sweeps never ring the same one. The most
 * urgent come first.
 */
export async function overdue(
  pool: Pool,
  { pipeline, paused = [], now, graceMs, ringAgainMs, limit }: OverdueQuery,
): Promise<Pick<Progress, 'id' | 'stage' | 'dueAt' | 'priority'>[]> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { rows } = await pool.query<Pick<ProgressColumns, 'id' | 'stage' | 'due_at' | 'priority'>>({
    name: 'oms-overdue',
    text: `with lost as (
        select id from progress
        where ended_at is null and pipeline = $1 and stage <> all($6::text[])
          and ((status = 'running' and due_at <= $2) or due_at <= $3) and (rung_at is null or rung_at <= $4)
        order by priority desc limit $5 for update skip locked)
      update progress p set rung_at = $2 from lost where p.id = lost.id
      returning p.id, p.stage, p.due_at, p.priority`,
    values: [pipeline, now, before(graceMs), before(ringAgainMs), limit, paused],
  });
  return rows.map(({ id, stage, due_at, priority }) => ({ id, stage, dueAt: due_at, priority }));
}

/** The ring did not go out after all. */
export async function unring(pool: Pool, items: readonly { id: string }[]): Promise<void> {
  await pool.query('update progress set rung_at = null where id = any($1::uuid[])', [items.map(({ id }) => id)]);
}

interface OverdueQuery {
  pipeline: string;
  /** Stages that nobody is rung for. */
  paused?: readonly string[];
  now: Date;
  /** How long a due item may wait before its ring counts as lost. */
  graceMs: number;
  /** How long after a sweep's own ring before the next. */
  ringAgainMs: number;
  limit: number;
}
