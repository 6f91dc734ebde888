import type { PipelineShape } from '#processors/engine/pipeline.ts';
import type { Operator } from '../access.ts';
import { type RetriggerParts, retrigger } from '../retrigger.ts';
import { failedDocuments, planned } from '../retriggers/failed-documents.ts';
import { startPlan } from '../retriggers/plans.ts';

export interface RetryAllParts extends RetriggerParts {
  pipeline: PipelineShape;
  operator: () => Operator;
}

/** How many went, or the plan that they go by. */
export type Retried = { went: number } | { plan: string };

/** Few enough for one transaction that holds no lock for long, and for Thunderhead to get all of them at once. */
const mostAtOnce = 500;

/** What has failed at a stage, but for what was rejected: at once when it is little, by a plan when it is much. */
export async function retryAllAt(
  { pipeline: shape, operator, ...parts }: RetryAllParts,
  stage: string,
): Promise<Retried> {
  const pipeline = planned(shape);
  const { subject: actor, client } = operator();
  const values: unknown[] = [];
  const failed = failedDocuments({ stage }, pipeline, (value) => `$${values.push(value)}`);
  const { rows } = await parts.pool.query<{ id: string }>(`select id from (${failed}) f limit $${values.length + 1}`, [
    ...values,
    mostAtOnce + 1,
  ]);
  if (rows.length > mostAtOnce) {
    const reason = 'retry all on the board';
    const plan = await startPlan({ ...parts, pipeline }, { filter: { stage }, reason, actor, client });
    // All of them may have been set going by somebody else meanwhile.
    return plan === undefined ? { went: 0 } : { plan };
  }
  const ids = rows.map(({ id }) => id);
  const wish = { pipeline: shape.name, actor, reason: 'retriggered on the board' };
  return { went: ids.length === 0 ? 0 : (await retrigger(parts, ids, wish)).length };
}
