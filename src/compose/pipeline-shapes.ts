import { callbackPipeline } from '#processors/callback/pipeline.ts';
import { type DocumentPorts, documentPipeline } from '#processors/document/pipeline.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';

const documents = documentPipeline({} as DocumentPorts, {
  callTimeoutMs: 1,
  unknownGraceMs: 1,
  pollFirstMs: 1,
  pollCapMs: 1,
  pollDeadlineMs: 1,
}) as unknown as PipelineShape;
const callbacks = callbackPipeline({} as Parameters<typeof callbackPipeline>[0], {
  attempts: 1,
  timeoutMs: 1,
}) as unknown as PipelineShape;

/** The pipelines as they look from outside: names and order, for whoever runs no stage. What reaches the world is missing. */
export const pipelineShapes = { documents, callbacks, all: [documents, callbacks] } as const;
