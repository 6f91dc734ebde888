import { createBullBoard } from '@bull-board/api';
import { Router } from 'express';
import type { FinishedDocuments } from '#processors/document/ports.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { namesOf } from '#queues/names.ts';
import { type AccessParts, createAccess } from './access.ts';
import { auditRoutes } from './audit/routes.ts';
import { auditStore } from './audit/store.ts';
import { auditTrail } from './audit/trail.ts';
import { BoardPage } from './board/board-page.ts';
import { databaseAway } from './board/database-away.ts';
import { delimiter } from './board/delimiter.ts';
import { EngineRoomAdapter } from './board/engine-room-adapter.ts';
import { answerErrors, type BoardLog, refuseBefore } from './board/refusal.ts';
import { ScheduleAdapter } from './board/schedule-adapter.ts';
import { badgeOf, theme } from './board/theme.ts';
import { CallbackAdapter } from './callbacks/adapter.ts';
import { historyProvider } from './past/history-provider.ts';
import { requestRoutes } from './requests/routes.ts';
import type { RetriggerParts } from './retrigger.ts';
import { planned } from './retriggers/failed-documents.ts';
import { retriggerRoutes } from './retriggers/routes.ts';
import { allAtOnce } from './stages/all-at-once.ts';
import { documentStages } from './stages/document-stages.ts';
import type { StagePauses } from './stages/pause.ts';
import type { ThunderheadControls } from './thunderhead/controls.ts';
import { liveSentence } from './thunderhead/live-sentence.ts';
import { thunderheadRoutes } from './thunderhead/routes.ts';

export interface BoardParts extends RetriggerParts {
  access: Omit<AccessParts, 'audit' | 'log'>;
  /** Whose items are shown stage by stage, as documents. */
  pipelines: readonly [PipelineShape, ...PipelineShape[]];
  /** Whose items are the calls to sources. */
  callbacks: PipelineShape;
  /** Whose queues are shown below. */
  engineRoom: readonly PipelineShape[];
  backend: Pick<QueueBackend, 'queue'>;
  /** The queue of the job that looks for what can be recovered, if there is one. */
  recovery?: string | undefined;
  pauses: StagePauses;
  /** Where the pages of plans work, if not with the others: a preview may take half a minute. */
  plansPool?: RetriggerParts['pool'];
  documents: FinishedDocuments;
  /** Which of several it is: `Test`, `Production`. */
  environment?: string | undefined;
  thunderhead: ThunderheadControls;
  log: BoardLog & AccessParts['log'];
  /** See `PipelineCounts`; 1 counts anew at every look. */
  countingShare?: number;
}

/** Where `createApp` mounts it; the page's own links start here. */
const mountedAt = '/admin';
const mark = `${mountedAt}/sign-in/mark.svg`;

/**
 * Bull Board with its groups: the documents, per stage, as the database knows them, which can be set going again, hurried,
 * cancelled and made to wait; the calls to sources; what runs by the clock; and the engine room, BullMQ's own queues, to
 * look at. All of it behind `oms.admin`.
 */
export function createBoard({
  access,
  pipelines,
  callbacks,
  engineRoom,
  backend,
  recovery,
  environment,
  thunderhead,
  log,
  plansPool,
  ...given
}: BoardParts): Router {
  const store = auditStore(given);
  const { watch, audit, counted } = auditTrail({ audit: store, log });
  const parts = { ...given, orchestration: counted(given.orchestration) };
  const { gate, operator } = createAccess({ ...access, audit, log });
  const { clock } = parts;
  const calls = liveSentence({ controls: thunderhead, clock });
  const stages = pipelines.flatMap((pipeline) => documentStages(pipeline, { ...parts, operator, calls, log }));
  const calledBack = callbacks.stages.map(
    ({ name }) => new CallbackAdapter({ ...parts, pipeline: callbacks.name, stage: name }),
  );
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
  const schedules = (recovery ? [recovery] : []).map(
    (name) =>
      new ScheduleAdapter(backend.queue(name), {
        prefix: `Recovery${delimiter}`,
        delimiter,
        displayName: name,
        description: 'Sets going again, by the clock, what may be: it can be run now, and told when to run',
      }),
  );
  const [{ stages: places }] = pipelines;
  const past = historyProvider({
    ...parts,
    stages: places.map(({ name }) => name),
    always: places.find(({ always }) => always)?.name ?? '',
    // The stages of the first pipeline are the first ones.
    stageOf: (queue) => places[stages.findIndex((stage) => stage.getName() === queue)]?.name,
    share: parts.countingShare,
  });
  const server = new BoardPage(operator);
  server.setBasePath(mountedAt);
  createBullBoard({
    queues: [...stages, ...calledBack, ...schedules, ...queues],
    serverAdapter: server,
    options: {
      handlerHooks: { before: refuseBefore },
      historyProvider: past,
      uiConfig: {
        ...(environment && { environment: badgeOf(environment) }),
        theme,
        boardTitle: 'Output Management System',
        boardLogo: { path: mark, width: 24, height: 28 },
        favIcon: { default: mark, alternative: 'static/favicon-32x32.png' },
        // In groups the stages keep the order of the pipeline; a flat overview would sort them by name.
        overview: { groupByDelimiter: true },
        menu: { width: '23rem' },
        // It would describe the first queue's datastore, and the first of ours is a table.
        hideRedisDetails: true,
        hideDocsLink: true,
        showMetrics: true,
      },
    },
  });
  server.setErrorHandler(answerErrors(log));
  const callRoutes = thunderheadRoutes({ controls: thunderhead, operator, clock, audit, log });
  const requests = requestRoutes({ ...parts, pipeline: pipelines[0], operator, audit, store });
  const together = allAtOnce({ ...parts, stages, pipelines, operator, audit, log });
  const auditPages = auditRoutes({ store, operator });
  const plans = pipelines.map((pipeline) =>
    retriggerRoutes({
      ...{ ...parts, pool: plansPool ?? parts.pool, pipeline: planned(pipeline) },
      ...{ calls: thunderhead.settings, thunderhead, operator, audit },
    }),
  );
  return Router().use(
    watch,
    gate,
    callRoutes,
    auditPages,
    ...plans,
    requests,
    together,
    server.getRouter(),
    databaseAway(log),
  );
}
