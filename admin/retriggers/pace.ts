import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { CallSettings } from '../thunderhead/controls.ts';
import { beforeHandOver, type PlannedPipeline } from './failed-documents.ts';

/** How fast documents go at the present budget of calls, and how many go before. */

export type Budget = Pick<CallSettings, 'callsPerMinute' | 'batchSize'>;

export interface Pace {
  documentsPerMinute: number;
  /** In front of Thunderhead, or on their way there. */
  waitingAlready: number;
  /** Of other running plans, with which this one takes turns. */
  plannedAlready: number;
  /** Until the last one goes. */
  minutes: number;
}

export interface PaceParts {
  pool: Pool;
  clock: Clock;
  pipeline: PlannedPipeline;
  /** As it is at the moment. */
  calls: () => Budget;
}

/** Nobody counts further. */
const mostWaiting = 10_000_000;

/** For so many documents, of a plan that is made already or of one that would be. */
export async function paceFor(
  { pool, clock, pipeline, calls }: PaceParts,
  documents: number,
  plan?: string,
): Promise<Pace> {
  const waitingAlready = await waitingForCalls(pool, pipeline, { now: clock.now(), most: mostWaiting });
  const plannedAlready = await plannedBefore(pool, documents, plan);
  return {
    documentsPerMinute: documentsPerMinute(calls()),
    ...{ waitingAlready, plannedAlready },
    minutes: documents > 0 ? minutesFor(waitingAlready + plannedAlready + documents, calls()) : 0,
  };
}

export const documentsPerMinute = ({ callsPerMinute, batchSize }: Budget): number => callsPerMinute * batchSize;

/** A call carries as many documents as it may, which is the best that can happen. */
const minutesFor = (documents: number, { callsPerMinute, batchSize }: Budget): number =>
  Math.ceil(documents / batchSize) / callsPerMinute;

/**
 * How many are in front of Thunderhead, or on their way there, and go on within the minute; not counted further than `most`.
 * What is to go on later (`notBefore` may be weeks away) takes nothing of this minute.
 */
export async function waitingForCalls(
  pool: Pool,
  pipeline: PlannedPipeline,
  { now, most }: { now: Date; most: number },
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from (select 1 from progress
       where ended_at is null and pipeline = $1 and stage = any($2::text[]) and result is null
         and (status = 'running' or due_at <= $3::timestamptz + interval '1 minute') limit $4) w`,
    [pipeline.name, beforeHandOver(pipeline), now, most],
  );
  return rows[0]?.count ?? 0;
}

/** Running plans take turns: until the last of so many goes, each of the others has set going as many, or all it has. */
async function plannedBefore(pool: Pool, documents: number, plan: string | undefined): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select coalesce(sum(least(pending, $1)), 0)::int as count from (
       select count(*) as pending from retrigger_plan l
       join retrigger_item i on i.plan_id = l.id and i.state = 'pending'
       where l.ended_at is null and l.status = 'running' and l.id is distinct from $2::uuid group by l.id) others`,
    [documents, plan],
  );
  return rows[0]?.count ?? 0;
}
