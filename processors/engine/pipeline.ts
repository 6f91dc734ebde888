import type { PoolClient } from 'pg';
import type { Progress } from './progress.ts';
import type { Signal } from './signal.ts';
import type { Stage } from './stage.ts';

/** The order of the stages, and how the pipeline's items are read and its facts are kept. */
export interface Pipeline<Item, Facts = unknown> {
  readonly name: string;
  readonly stages: readonly [Stage<Item, Facts>, ...Stage<Item, Facts>[]];
  /** The point of no return: once this stage is done, nothing is undone any more. */
  readonly pivot?: string;
  /** Everything a stage needs to know of its items, for a whole chunk at once. An id without an item is a fault. */
  load(stage: string, claimed: readonly Progress[]): Promise<ReadonlyMap<string, Item>>;
  /** Writes what the runs learnt, inside the transaction that settles them. */
  keep(facts: readonly Facts[], transaction: PoolClient): Promise<void>;
  /** What the facts that were kept have begun elsewhere, in another pipeline: rung with the next stage. */
  rings?(facts: readonly Facts[], now: Date): readonly Signal[];
}

/** A pipeline as it looks from outside: names and order, for whoever runs no stage. */
export type PipelineShape = Pick<Pipeline<never>, 'name' | 'stages' | 'pivot'>;

export function stageOf<Item, Facts>(pipeline: Pipeline<Item, Facts>, name: string): Stage<Item, Facts> {
  const stage = pipeline.stages.find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`pipeline ${pipeline.name} has no stage ${name}`);
  return stage;
}
