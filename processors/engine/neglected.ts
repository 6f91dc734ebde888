import type { Pool } from 'pg';
import type { ProgressColumns } from './progress-columns.ts';

/** Something that is ready, has been due since before a time, and that nobody came for; undefined when there is none. */
export async function neglected(
  pool: Pool,
  { places, dueBefore }: { places: readonly string[]; dueBefore: Date },
): Promise<{ place: string; dueAt: Date } | undefined> {
  const { rows } = await pool.query<Pick<ProgressColumns, 'due_at'> & { place: string }>({
    name: 'oms-neglected',
    text: `select pipeline || '/' || stage as place, due_at from progress
      where ended_at is null and status = 'ready' and due_at < $1 and pipeline || '/' || stage = any($2::text[]) limit 1`,
    values: [dueBefore, places],
  });
  return rows[0] && { place: rows[0].place, dueAt: rows[0].due_at };
}
