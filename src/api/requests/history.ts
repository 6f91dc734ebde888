import type { Pool } from 'pg';

/** A step that a request has made, as its clients see it. */
export interface HistoryView {
  /** A stage or a result; null for the first. */
  from: string | null;
  to: string;
  stage: string;
  reason: string;
  actor: string;
  at: string;
}

export interface HistoryColumns {
  from_state: string | null;
  to_state: string;
  stage: string;
  reason: string;
  actor: string;
  at: Date;
}

/** Oldest first. */
export async function findHistory(pool: Pool, id: string): Promise<HistoryView[]> {
  const { rows } = await pool.query<HistoryColumns>(
    'select from_state, to_state, stage, reason, actor, at from history where item_id = $1 order by id',
    [id],
  );
  return rows.map(historyView);
}

export const historyView = ({ from_state, to_state, stage, reason, actor, at }: HistoryColumns): HistoryView => ({
  from: from_state,
  to: to_state,
  stage,
  reason,
  actor,
  at: at.toISOString(),
});
