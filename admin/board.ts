import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { namesOf } from '#queues/names.ts';
import { EngineRoomAdapter } from './engine-room.ts';
import { answerErrors, type BoardLog, refuseBefore } from './refusal.ts';
import type { RetriggerParts } from './retrigger.ts';
import { StageAdapter } from './stage-adapter.ts';
import { PipelineCounts } from './stage-counts.ts';

export interface BoardParts extends RetriggerParts {
  pipelines: readonly Pick<Pipeline<never>, 'name' | 'stages'>[];
  backend: Pick<QueueBackend, 'queue'>;
  log: BoardLog;
  /** See `PipelineCounts`; 1 counts anew at every look. */
  countingShare?: number;
}

/** Where `createApp` mounts it; the page's own links start here. */
const mountedAt = '/admin';
/** Bull Board makes groups of what stands before it in a queue's name. A dot needs no escaping in an address. */
const delimiter = '.';

/**
 * Bull Board with two groups: the documents, per stage, as the database knows them (Retry sets a failed one going
 * again), and below them the engine room, BullMQ's own queues, to look at. No access control yet: loopback only.
 */
export function createBoard({ pipelines, backend, log, ...parts }: BoardParts): Router {
  const documents = pipelines.flatMap((pipeline) => stageAdapters(pipeline, parts));
  const engineRoom = pipelines.flatMap(({ name, stages }) =>
    stages.map(
      (stage) =>
        new EngineRoomAdapter(backend.queue(namesOf(name, stage.name).queue), {
          prefix: `Engine room${delimiter}`,
          delimiter,
          displayName: namesOf(name, stage.name).queue,
          description: `Rings for ${stage.name}: which documents to look at. Can be thrown away at any moment`,
        }),
    ),
  );
  const server = new ExpressAdapter();
  server.setBasePath(mountedAt);
  createBullBoard({
    queues: [...documents, ...engineRoom],
    serverAdapter: server,
    options: {
      handlerHooks: { before: refuseBefore },
      uiConfig: {
        boardTitle: 'Output Management System',
        // In groups the stages keep the order of the pipeline; a flat overview would sort them by name.
        overview: { groupByDelimiter: true },
        menu: { width: '23rem' },
        // It would describe the first queue's datastore, and the first of ours is a table.
        hideRedisDetails: true,
        hideDocsLink: true,
        showMetrics: false,
      },
    },
  });
  server.setErrorHandler(answerErrors(log));
  const page = server.getRouter() as Express;
  dropWebFont(page);
  return Router().use(contentSecurity, retryAllAtOnce(documents, log), page);
}

function stageAdapters(
  { name, stages }: BoardParts['pipelines'][number],
  parts: Omit<BoardParts, 'pipelines' | 'backend' | 'log'>,
): StageAdapter[] {
  const names = stages.map((stage) => stage.name);
  const always = stages.find((stage) => stage.always)?.name ?? '';
  const counts = new PipelineCounts({ ...parts, pipeline: name, stages: names, always, share: parts.countingShare });
  return stages.map(
    ({ name: stage }) =>
      new StageAdapter({
        ...parts,
        pipeline: name,
        stages: names,
        stage,
        always,
        counts,
        prefix: `${name.charAt(0).toUpperCase()}${name.slice(1)}s${delimiter}`,
        delimiter,
        displayName: stage,
        description: `Documents at ${stage}, as the database knows them`,
      }),
  );
}

/**
 * Bull Board retries all by asking for the first hundred failed ones until there is none it has not seen. What fails
 * again at once comes back to the top of that list, hides the others, and ends it early. So this is done here instead.
 */
function retryAllAtOnce(stages: readonly StageAdapter[], log: BoardLog): RequestHandler {
  const router = Router();
  const byName = new Map(stages.map((stage) => [stage.getName(), stage]));
  router.put('/api/queues/:queue/retry/failed', async ({ params }, response, next) => {
    const stage = byName.get(params.queue);
    if (!stage) return next();
    try {
      response.json({ retried: await stage.retryAll(), skipped: 0 });
    } catch (error) {
      const { status = 500, body } = answerErrors(log)(error);
      response.status(status).json(body);
    }
  });
  return router;
}

/** Only what we serve ourselves. Bull Board sets styles on its elements; scripts come from files alone. */
const contentSecurity = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
});

/** Bull Board's page asks Google for a font. The policy above blocks it; without the link the browser has nothing to report. */
function dropWebFont(page: Express): void {
  const render = page.render.bind(page);
  page.render = ((name: string, options: object, done: (error: Error, html: string) => void) =>
    render(name, options, (error, html) =>
      done(error, html?.replaceAll(/<link [^>]*href="https:\/\/fonts\.[^>]*>/g, '')),
    )) as Express['render'];
}
