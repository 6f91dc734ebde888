import type { Pool } from 'pg';
import type { PipelineShape } from './pipeline.ts';

/**
 * A version that does not know a stage, or an orchestration, would leave what stands there for ever: it refuses to start
 * instead.
 */
export async function refuseUnknownStages(
  pool: Pool,
  pipelines: readonly PipelineShape[],
  orchestrations: readonly string[],
): Promise<void> {
  const known = pipelines.flatMap(({ name, stages }) => stages.map((stage) => `${name}/${stage.name}`));
  const { rows } = await pool.query<{ place: string; orchestration: string; items: number }>(
    `select pipeline || '/' || stage as place, orchestration, count(*)::int as items from progress
     where ended_at is null group by 1, 2
     having not (pipeline || '/' || stage = any($1::text[]) and orchestration = any($2::text[])) order by 1, 2`,
    [known, orchestrations],
  );
  if (rows.length === 0) return;
  const places = rows.map(({ place, orchestration, items }) => `${items} at ${place} (${orchestration})`).join(', ');
  throw new Error(
    `there is work at a stage or in an orchestration this version does not know: ${places}. Run the version that does, or move it first.`,
  );
}
