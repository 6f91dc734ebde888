import type { Pool } from 'pg';
import type { CallSettings } from '../thunderhead/controls.ts';
import { beforeHandOver, type PlannedPipeline } from './failed-documents.ts';

/** How fast documents go at the present budget of calls, and how many wait for it already. */

type Budget = Pick<CallSettings, 'callsPerMinute' | 'batchSize'>;

export const documentsPerMinute = ({ callsPerMinute, batchSize }: Budget): number => callsPerMinute * batchSize;

/** A call carries as many documents as it may, which is the best that can happen. */
export const minutesFor = (documents: number, { callsPerMinute, batchSize }: Budget): number =>
  Math.ceil(documents / batchSize) / callsPerMinute;

/** How many are in front of Thunderhead, or on their way there; not counted further than `most`. */
export async function waitingForCalls(pool: Pool, pipeline: PlannedPipeline, most: number): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from (select 1 from progress
       where ended_at is null and pipeline = $1 and stage = any($2::text[]) and result is null limit $3) w`,
    [pipeline.name, beforeHandOver(pipeline), most],
  );
  return rows[0]?.count ?? 0;
}
