import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { delimiter } from '../board/delimiter.ts';
import { lastHour } from '../past/last-hour.ts';
import type { LiveSentence } from '../thunderhead/live-sentence.ts';
import { StageAdapter } from './adapter.ts';
import { PipelineCounts } from './counts.ts';
import { type StageOperationParts, stageOperations } from './operations.ts';

export interface DocumentStageParts extends Omit<StageOperationParts, 'pipeline' | 'stage' | 'always' | 'counts'> {
  /** How the calls to Thunderhead stand. */
  calls: LiveSentence;
  /** See `PipelineCounts`. */
  countingShare?: number | undefined;
}

/** The stages that call Thunderhead: when it is away, or the budget is spent, documents wait there. */
const callingStages = ['submit', 'poll'];

/** A group of the board: the stages of a pipeline, in its order. */
export function documentStages(
  pipeline: PipelineShape,
  { calls, countingShare, ...parts }: DocumentStageParts,
): StageAdapter[] {
  const { name } = pipeline;
  const { pool, clock } = parts;
  const stages = pipeline.stages.map((stage) => stage.name);
  const always = pipeline.stages.find((stage) => stage.always)?.name ?? '';
  const counts = new PipelineCounts({ pool, clock, pipeline: name, stages, always, share: countingShare });
  const minutes = lastHour({ pool, clock, shown: { stages, always }, share: countingShare });
  return stages.map(
    (stage) =>
      new StageAdapter({
        ...{ pool, clock, pipeline: name, stages, stage, always, counts, lastHour: minutes, delimiter },
        operations: stageOperations({ ...parts, pipeline, stage, always, counts }),
        prefix: `${name.charAt(0).toUpperCase()}${name.slice(1)}s${delimiter}`,
        displayName: stage,
        description: `Documents at ${stage}, as the database knows them`,
        live: callingStages.includes(stage) ? calls : undefined,
      }),
  );
}
