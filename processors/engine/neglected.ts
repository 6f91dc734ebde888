import type { Pool } from 'pg';
import type { ProgressColumns } from './progress-columns.ts';

/**
 * Since when something at these places is due that nobody came for, the oldest of each; what was due before a time counts.
 * What a worker has in hand is due when its lease is over: then it is nobody's.
 */
export async function neglected(
  pool: Pool,
  { places, dueBefore }: { places: readonly string[]; dueBefore: Date },
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await pool.query<Pick<ProgressColumns, 'due_at'> & { place: string }>({
    name: 'oms-neglected',
    text: `select pipeline || '/' || stage as place, min(due_at) as due_at from progress
      where ended_at is null and due_at < $1 and pipeline || '/' || stage = any($2::text[]) group by 1`,
    values: [dueBefore, places],
  });
  return new Map(rows.map(({ place, due_at }) => [place, due_at]));
}
