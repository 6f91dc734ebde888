import type { Pool } from 'pg';
import type { Progress } from './progress.ts';
import type { ProgressColumns } from './progress-columns.ts';
import { nilUuid } from './uuid.ts';

export type Due = Pick<Progress, 'id' | 'stage' | 'dueAt' | 'priority'>;

interface StageQuery {
  pipeline: string;
  stage: string;
  now: Date;
}

/** Few enough for one statement that holds no lock for long. */
const pageSize = 1_000;

/**
 * What is due at a stage, page by page: what waits, and what a worker has died with. Marked as rung, so that the sweep does
 * not ring it too. A row that is locked is passed over: whoever moves it in this moment rings for it afterwards.
 */
export async function* dueAt(pool: Pool, { pipeline, stage, now }: StageQuery): AsyncGenerator<Due[], void, void> {
  for (let after = nilUuid; ; ) {
    const { rows } = await pool.query<DueColumns>(
      `with due as (
         select id from progress
         where ended_at is null and pipeline = $1 and stage = $2 and due_at <= $3 and id > $4
         order by id limit $5 for update skip locked),
       rung as (
         update progress p set rung_at = $3 from due where p.id = due.id returning p.id, p.stage, p.due_at, p.priority)
       select * from rung order by id`,
      [pipeline, stage, now, after, pageSize],
    );
    if (rows.length > 0) yield rows.map(dueOf);
    const last = rows.at(pageSize - 1);
    if (!last) return;
    after = last.id;
  }
}

export interface Promotion extends StageQuery {
  /** One item; undefined: all at the stage. */
  id?: string;
  actor: string;
  reason: string;
}

/**
 * What waits for a later time is due now; answers with it, page by page. An item is promoted once, however soon it waits
 * again.
 */
export async function* promote(
  pool: Pool,
  { pipeline, stage, id, now, actor, reason }: Promotion,
): AsyncGenerator<Due[], void, void> {
  for (let after = nilUuid; ; ) {
    const { rows } = await pool.query<DueColumns>(
      `with later as (
         select id from progress
         where ended_at is null and pipeline = $1 and stage = $2 and status = 'ready' and due_at > $3 and id > $4
           and ($5::uuid is null or id = $5)
         order by id limit $6 for update),
       moved as (
         update progress p set due_at = $3, rung_at = null from later where p.id = later.id
         returning p.id, p.stage, p.due_at, p.priority),
       told as (
         insert into history (item_id, from_state, to_state, stage, reason, actor, at)
         select id, stage, stage, stage, $7, $8, $3 from moved)
       select * from moved order by id`,
      [pipeline, stage, now, after, id ?? null, pageSize, reason, actor],
    );
    if (rows.length > 0) yield rows.map(dueOf);
    const last = rows.at(pageSize - 1);
    if (!last) return;
    after = last.id;
  }
}

export type DueColumns = Pick<ProgressColumns, 'id' | 'stage' | 'due_at' | 'priority'>;

export const dueOf = ({ id, stage, due_at, priority }: DueColumns): Due => ({ id, stage, dueAt: due_at, priority });
