import { createBullBoard } from '@bull-board/api';
import { type RequestHandler, Router } from 'express';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { namesOf } from '#queues/names.ts';
import { type AccessParts, createAccess } from './access.ts';
import { EngineRoomAdapter } from './engine-room.ts';
import { BoardPage } from './page.ts';
import { answerErrors, type BoardLog, refuseBefore } from './refusal.ts';
import type { RetriggerParts } from './retrigger.ts';
import { StageAdapter, type StageAdapterOptions } from './stage-adapter.ts';
import { PipelineCounts } from './stage-counts.ts';
import type { ThunderheadControls } from './thunderhead/controls.ts';
import { type LiveSentence, liveSentence } from './thunderhead/live-sentence.ts';
import { thunderheadRoutes } from './thunderhead/routes.ts';

type NamedPipeline = Pick<Pipeline<never>, 'name' | 'stages'>;

export interface BoardParts extends RetriggerParts {
  access: Omit<AccessParts, 'log'>;
  /** Whose items are shown stage by stage, as documents. */
  pipelines: readonly NamedPipeline[];
  /** Whose queues are shown below. */
  engineRoom: readonly NamedPipeline[];
  backend: Pick<QueueBackend, 'queue'>;
  thunderhead: ThunderheadControls;
  log: BoardLog & AccessParts['log'];
  /** See `PipelineCounts`; 1 counts anew at every look. */
  countingShare?: number;
}

/** Where `createApp` mounts it; the page's own links start here. */
const mountedAt = '/admin';
const mark = `${mountedAt}/sign-in/mark.svg`;
/** Bull Board makes groups of what stands before it in a queue's name. A dot needs no escaping in an address. */
const delimiter = '.';
/** The stages that call Thunderhead: when it is away, or the budget is spent, documents wait there. */
const callingStages = ['submit', 'poll'];

/**
 * Bull Board with two groups: the documents, per stage, as the database knows them (Retry sets a failed one going
 * again), and below them the engine room, BullMQ's own queues, to look at. All of it behind `oms.admin`.
 */
export function createBoard({
  access,
  pipelines,
  engineRoom,
  backend,
  thunderhead,
  log,
  ...parts
}: BoardParts): Router {
  const { gate, operator } = createAccess({ ...access, log });
  const actor = () => operator().subject;
  const { clock } = parts;
  const calls = liveSentence({ controls: thunderhead, clock });
  const documents = pipelines.flatMap((pipeline) => stageAdapters(pipeline, { ...parts, actor, calls, log }));
  const queues = engineRoom.flatMap(({ name, stages }) =>
    stages.map(
      (stage) =>
        new EngineRoomAdapter(backend.queue(namesOf(name, stage.name).queue), {
          prefix: `Engine room${delimiter}`,
          delimiter,
          displayName: namesOf(name, stage.name).queue,
          description: `Rings for ${stage.name}: what to look at. Can be thrown away at any moment`,
        }),
    ),
  );
  const server = new BoardPage(operator);
  server.setBasePath(mountedAt);
  createBullBoard({
    queues: [...documents, ...queues],
    serverAdapter: server,
    options: {
      handlerHooks: { before: refuseBefore },
      uiConfig: {
        boardTitle: 'Output Management System',
        boardLogo: { path: mark, width: 24, height: 28 },
        favIcon: { default: mark, alternative: 'static/favicon-32x32.png' },
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
  const callRoutes = thunderheadRoutes({ controls: thunderhead, operator, clock, log });
  return Router().use(gate, callRoutes, retryAllAtOnce(documents, log), server.getRouter());
}

function stageAdapters(
  { name, stages }: NamedPipeline,
  {
    calls,
    ...parts
  }: Omit<BoardParts, 'access' | 'pipelines' | 'engineRoom' | 'backend' | 'thunderhead'> &
    Pick<StageAdapterOptions, 'actor'> & { calls: LiveSentence },
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
        live: callingStages.includes(stage) ? calls : undefined,
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
