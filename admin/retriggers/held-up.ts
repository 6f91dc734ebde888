import type { Clock } from '#processors/engine/clock.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import { useIfKnown } from '../thunderhead/calls-view.ts';
import { conditionOf } from '../thunderhead/condition.ts';
import type { ThunderheadControls } from '../thunderhead/controls.ts';
import { beforeHandOver, type PlannedPipeline } from './failed-documents.ts';

export interface HeldUpParts {
  pipeline: PlannedPipeline;
  pauses: Pick<PausedStages, 'has'>;
  thunderhead: Pick<ThunderheadControls, 'use'>;
  clock: Clock;
}

/** Why nothing gets to Thunderhead at the moment, however few there are: each reason a sentence. None, as far as is known. */
export async function heldUpBy({ pipeline, pauses, thunderhead, clock }: HeldUpParts): Promise<string[]> {
  const paused = beforeHandOver(pipeline).filter((stage) => pauses.has(pipeline.name, stage));
  const { tone, headline } = conditionOf(await useIfKnown(thunderhead), clock.now());
  return [...paused.map((stage) => `${stage} is paused`), ...(tone === 'bad' || tone === 'waiting' ? [headline] : [])];
}
