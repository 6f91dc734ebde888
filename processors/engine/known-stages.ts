import type { Pool } from 'pg';
import type { Pipeline } from './pipeline.ts';

/** A version that does not know a stage would leave what stands there for ever: it refuses to start instead. */
export async function refuseUnknownStages(
  pool: Pool,
  pipelines: readonly Pick<Pipeline<never>, 'name' | 'stages'>[],
): Promise<void> {
  const known = pipelines.flatMap(({ name, stages }) => stages.map((stage) => `${name}/${stage.name}`));
  const { rows } = await pool.query<{ place: string; items: number }>(
    `select pipeline || '/' || stage as place, count(*)::int as items from progress
     where ended_at is null group by 1 having not pipeline || '/' || stage = any($1::text[]) order by 1`,
    [known],
  );
  if (rows.length === 0) return;
  const places = rows.map(({ place, items }) => `${items} at ${place}`).join(', ');
  throw new Error(
    `there is work at stages this version does not know: ${places}. Run the version that does, or move it first.`,
  );
}
