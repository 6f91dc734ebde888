import { callbackPipeline } from '#processors/callback/pipeline.ts';
import { type DocumentPorts, documentPipeline } from '#processors/document/pipeline.ts';
import { namesOf } from '#queues/names.ts';

/** `npm run pipelines`: every stage, and what it is called where it is seen from outside. */
const pipelines = [
  // Only the shape is looked at; nothing is run.
  documentPipeline({} as DocumentPorts, {
    callTimeoutMs: 1,
    unknownGraceMs: 1,
    pollFirstMs: 1,
    pollCapMs: 1,
    pollDeadlineMs: 1,
  }),
  callbackPipeline({} as Parameters<typeof callbackPipeline>[0], { attempts: 1, timeoutMs: 1 }),
];

console.table(
  pipelines.flatMap(({ name, pivot, stages }) =>
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
