import type { Reached } from '#processors/engine/boundary.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { recoveryQueue } from '#queues/bullmq/recovery-schedule.ts';
import type { Ring } from '#queues/orchestration.ts';
import { startSweep } from '#queues/sweep.ts';
import { createApp } from './api/app.ts';
import { refuseUnknownWork, rings } from './compose/known-work.ts';
import { openPipelines } from './compose/pipelines.ts';
import { startRecovery } from './compose/recovery.ts';
import { startWorker } from './compose/worker.ts';
import type { Config, Role } from './config.ts';
import { openEvents, withoutKafka } from './events/open-events.ts';
import { databaseClock } from './platform/clock.ts';
import { openConnections, openOverseers } from './platform/database.ts';
import { type HttpListener, listen } from './platform/listen.ts';
import type { Logger } from './platform/log.ts';
import { NotReady } from './platform/not-ready.ts';
import { openPausedStages } from './platform/paused-stages.ts';
import { quietly } from './platform/quietly.ts';
import { openRedis } from './platform/redis.ts';
import { openSettings } from './platform/settings.ts';
import { openReferenceData } from './reference-data/open.ts';
import { openSecurity } from './security/open-security.ts';
import { ownToken } from './security/own-token.ts';
import { securityService } from './security/service.ts';
import { openThunderhead } from './thunderhead/generator.ts';

export interface Running extends AsyncDisposable {
  /** Every process listens, if only for its probes. */
  listener: HttpListener;
  /** Resolves with the cause when a worker has not got on for so long that it is better begun anew. */
  stalled: Promise<string> | undefined;
}

/** What a test may do to a process from within (`test/chaos`); no setting leads here. */
export interface Interference {
  reached?: Reached | undefined;
  ring?: ((ring: Ring) => Ring) | undefined;
}

/**
 * Builds what the roles need, and nothing else; here and in `compose/`, and nowhere else. What is built last is closed
 * first: the listener, then what the roles do, at the end the connections. Only the worker is told to stop before that: what
 * it has in hand settles while the listener waits for its last answers.
 */
export async function compose(
  config: Config,
  roles: ReadonlySet<Role>,
  log: Logger,
  interference: Interference = {},
): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const onError = quietly(log);

  const connections = opened.use(openConnections(config.databaseUrl, onError('database')));
  const pool = connections.durable;
  const overseers = opened.use(openOverseers(config.databaseUrl, onError('database')));
  const clock = opened.use(await databaseClock(pool));
  if (rings(roles)) await refuseUnknownWork(pool);
  const metrics = config.metrics ? (await import('./compose/metrics.ts')).openProcessMetrics(clock) : undefined;
  const redis = config.redisUrl ? opened.use(openRedis(config.redisUrl, onError('redis'))).redis : undefined;
  const events = opened.use(roles.has('worker') ? openEvents(config, log) : withoutKafka('not used by these roles'));
  const security = opened.use(openSecurity(config.security, { redis, log }));
  const { graceMs, url } = config.referenceData;
  const { ownClient } = config.security;
  const token = ownClient && ownToken({ oidm: security.oidm, ...ownClient });
  const referenceData = openReferenceData(
    // Who serves the rows does not ask himself for them.
    { graceMs, url: roles.has('reference-data') ? undefined : url },
    { pool, redis, token, log },
  );

  const settings = await openSettings({ pool, log });
  const paused = opened.use(openPausedStages(settings));
  const thunderhead = opened.use(
    openThunderhead(config.thunderhead, {
      ...{ connections, redis, settings, clock, log },
      token,
      observe: metrics?.calls,
    }),
  );
  const { reference } = referenceData;
  const publisher = metrics?.requests.counting(events.publisher) ?? events.publisher;
  const pipelines = opened.use(openPipelines(config, { pool, clock, reference, publisher, thunderhead }));
  const concurrency = config.workerConcurrency;
  const size = {
    workers: pipelines.all.flatMap(({ stages }) => stages).length + (roles.has('recovery') ? 1 : 0),
    concurrency,
  };
  const { redisUrl, databaseUrl } = config;
  const backend = opened.use(await openBackend({ redisUrl, databaseUrl, ...size }, onError('queues')));
  const openOrchestration = () =>
    bullmqOrchestration({ backend, clock, pipelines: pipelines.all, concurrency, log, interfere: interference.ring });
  const orchestration = opened.use(openOrchestration());

  if (roles.has('sweep'))
    opened.use(
      startSweep({
        ...{ pool, clock, orchestration, paused, log },
        pipelines: pipelines.all.map(({ name }) => name),
        intervalMs: config.sweepIntervalMs,
        graceMs: config.sweepGraceMs,
        rang: metrics?.rang,
      }),
    );

  if (roles.has('recovery'))
    opened.use(await startRecovery(config, { pool, clock, orchestration, pipelines, backend, log }));

  const worker =
    roles.has('worker') &&
    opened.use(
      await startWorker(config, {
        ...{ connections, clock, pipelines, paused, backend, log },
        orchestration: openOrchestration(),
        observe: metrics?.stages,
        reached: interference.reached,
      }),
    );

  if (metrics && (roles.has('sweep') || roles.has('admin')))
    // Workers and APIs are many, and each of them would ask the tables the same.
    opened.use(metrics.tellShared({ pool: overseers.metrics, pipelines, thunderhead, backend }));

  const stop = new AbortController();
  const parts = { connections, clock, redis, security, referenceData, pipelines, thunderhead, orchestration, log };
  // Read into memory only where they are needed: a worker has no use for the API and the board.
  const api =
    (roles.has('api') || roles.has('reference-data')) &&
    (await import('./compose/front-door.ts')).frontDoor(config, roles, {
      ...parts,
      stopping: stop.signal,
      received: metrics?.requests.received,
    });
  if (roles.has('admin')) opened.use((await import('./compose/retriggers.ts')).retriggers(parts));
  const board =
    roles.has('admin') &&
    (await import('./compose/board.ts')).board(config, {
      ...parts,
      ...{ overseers, backend, pauses: paused, recovery: recoveryQueue },
    });
  const app = createApp({
    ...api,
    ...(board && { board }),
    ...(metrics && { metrics: metrics.endpoint }),
    ...(roles.has('security') && { security: securityService({ ...security, config: config.security }) }),
    trustedProxies: config.security.trustedProxies,
    ready: async () => {
      await pool.query('select 1');
      if (worker || roles.has('recovery')) await backend.check().catch(queuesAreAway);
      if (worker) worker.check();
      return { roles: [...roles], queues: backend.name, kafka: events.state(), referenceData: referenceData.state() };
    },
    log,
  });
  const listener = opened.use(await listen(app, config));
  // Before the listener is closed: it waits for answers that are on their way, and a stream would never arrive.
  opened.defer(() => {
    if (worker) worker.stop();
    stop.abort();
  });
  return Object.assign(opened.move(), { listener, stalled: worker ? worker.stalled : undefined });
}

/** The cause, which may name a host, is in the log. */
const queuesAreAway = (cause: Error): never => {
  throw Object.assign(new NotReady('the queues are away, or must not be used: nothing is taken in hand'), { cause });
};
