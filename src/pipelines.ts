import { namesOf } from '#queues/names.ts';
import { pipelineShapes } from './compose/pipeline-shapes.ts';

/** `npm run pipelines`: every stage, and what it is called where it is seen from outside. */
console.table(
  pipelineShapes.all.flatMap(({ name, pivot, stages }) =>
    stages.map((stage) => ({
      pipeline: name,
      stage: stage.name,
      ...namesOf(name, stage.name),
      effect: stage.effect ?? 'idempotent',
      notes: [stage.name === pivot && 'no way back once done', stage.always && 'on every way to the end']
        .filter(Boolean)
        .join(', '),
    })),
  ),
);
