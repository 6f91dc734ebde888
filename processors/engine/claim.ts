import type { Pool } from 'pg';
import type { Progress } from './progress.ts';
import { type ProgressColumns, progressOf } from './progress-columns.ts';

export interface Claim {
  ids: readonly string[];
  now: Date;
  leaseUntil: Date;
}

export interface Claimed {
  mine: readonly Progress[];
  /** At this stage, but later: delayed, or in another worker's hands until then. */
  notYet: readonly Pick<Progress, 'id' | 'stage' | 'dueAt' | 'priority'>[];
}

/** Takes what is due, for several claims of one stage with one statement. */
export async function claimRows(
  pool: Pool,
  stage: { pipeline: string; name: string },
  claims: readonly Claim[],
): Promise<Claimed[]> {
  const { now, leaseUntil } = claims[claims.length - 1] as Claim;
  const { rows } = await pool.query<ProgressColumns & { mine: boolean }>({
    name: 'oms-claim',
    text: `with due as (
        select id from progress
        where id = any($1::uuid[]) and pipeline = $2 and stage = $3 and status <> 'ended' and due_at <= $4
        order by id for update skip locked),
      claimed as (
        update progress p set status = 'running', due_at = $5, runs = runs + 1, revision = revision + 1, rung_at = null
        from due where p.id = due.id
        returning p.*)
      select true as mine, claimed.* from claimed
      union all
      select false, p.* from progress p
      where id = any($1::uuid[]) and pipeline = $2 and stage = $3 and status <> 'ended' and due_at > $4`,
    values: [[...new Set(claims.flatMap(({ ids }) => ids))], stage.pipeline, stage.name, now, leaseUntil],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claims.map(({ ids }) => {
    const mine: Progress[] = [];
    const notYet: Pick<Progress, 'id' | 'stage' | 'dueAt' | 'priority'>[] = [];
    for (const id of ids) {
      const row = byId.get(id);
      if (!row) continue;
      // The same id in two claims of one flush belongs to the first.
      byId.delete(id);
      if (row.mine) mine.push(progressOf(row));
      else notYet.push({ id, stage: row.stage, dueAt: row.due_at, priority: row.priority });
    }
    return { mine, notYet };
  });
}
