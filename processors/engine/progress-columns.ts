import type { Progress } from './progress.ts';

/** A progress row as PostgreSQL returns it. */
export interface ProgressColumns {
  id: string;
  stage: string;
  status: Progress['status'];
  result: Progress['result'];
  direction: Progress['direction'];
  attempts: number;
  runs: number;
  round: number;
  priority: number;
  cancel_asked: boolean;
  due_at: Date;
  since: Date;
  revision: number;
}

export const progressOf = (row: ProgressColumns): Progress => ({
  id: row.id,
  stage: row.stage,
  status: row.status,
  result: row.result,
  direction: row.direction,
  attempts: row.attempts,
  runs: row.runs,
  round: row.round,
  priority: row.priority,
  cancelAsked: row.cancel_asked,
  dueAt: row.due_at,
  since: row.since,
  revision: row.revision,
});
