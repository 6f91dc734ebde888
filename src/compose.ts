import { refuseUnknownStages } from '#processors/engine/known-stages.ts';
import { Runner } from '#processors/engine/runner.ts';
import { Store } from '#processors/engine/store.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { startSweep } from '#queues/sweep.ts';
import { createApp } from './api/app.ts';
import { openPipelines } from './compose/pipelines.ts';
import type { Config, Role } from './config.ts';
import { openEvents, withoutKafka } from './events/open-events.ts';
import { databaseClock } from './platform/clock.ts';
import { openConnections } from './platform/database.ts';
import { type HttpListener, listen } from './platform/listen.ts';
import type { Logger } from './platform/log.ts';
import { observeInLog } from './platform/observe.ts';
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
}

/**
 * Builds what the roles need, and nothing else; here and in `compose/`, and nowhere else. What is built last is closed
 * first: the listener, then the workers with what they have in hand, at the end the connections.
 */
export async function compose(config: Config, roles: ReadonlySet<Role>, log: Logger): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const onError = quietly(log);

  const connections = opened.use(openConnections(config.databaseUrl, onError('database')));
  const pool = connections.durable;
  const clock = opened.use(await databaseClock(pool));
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
  const thunderhead = opened.use(
    openThunderhead(config.thunderhead, {
      ...{ connections, redis, settings, clock, log },
      token,
    }),
  );
  const { reference } = referenceData;
  const pipelines = opened.use(
    openPipelines(config, { pool, clock, reference, publisher: events.publisher, thunderhead }),
  );
  const concurrency = config.workerConcurrency;
  const size = { workers: pipelines.all.flatMap(({ stages }) => stages).length, concurrency };
  const { redisUrl, databaseUrl } = config;
  const backend = opened.use(await openBackend({ redisUrl, databaseUrl, ...size }, onError('queues')));
  const orchestration = opened.use(bullmqOrchestration({ backend, clock, pipelines: pipelines.all, concurrency, log }));

  if (roles.has('sweep'))
    opened.use(
      startSweep({
        ...{ pool, clock, orchestration, log },
        pipelines: pipelines.all.map(({ name }) => name),
        intervalMs: config.sweepIntervalMs,
        graceMs: config.sweepGraceMs,
      }),
    );

  if (roles.has('worker')) {
    await refuseUnknownStages(pool, pipelines.all);
    const { leaseMs } = config;
    const runner = opened.use(
      new Runner({
        ...{ pipelines: pipelines.all, store: new Store(connections), clock, leaseMs },
        observe: observeInLog(log),
      }),
    );
    await orchestration.start((signal) => runner.run(signal));
  }

  const stop = new AbortController();
  const parts = { connections, clock, redis, security, referenceData, pipelines, thunderhead, orchestration, log };
  // Read into memory only where they are needed: a worker has no use for the API and the board.
  const api =
    (roles.has('api') || roles.has('reference-data')) &&
    (await import('./compose/front-door.ts')).frontDoor(config, roles, { ...parts, stopping: stop.signal });
  const board = roles.has('admin') && (await import('./compose/board.ts')).board(config, { ...parts, backend });
  const app = createApp({
    ...api,
    ...(board && { board }),
    ...(roles.has('security') && { security: securityService({ ...security, config: config.security }) }),
    trustedProxies: config.security.trustedProxies,
    ready: async () => {
      await pool.query('select 1');
      return { roles: [...roles], queues: backend.name, kafka: events.state(), referenceData: referenceData.state() };
    },
    log,
  });
  const listener = opened.use(await listen(app, config));
  // Before the listener is closed: it waits for answers that are on their way, and a stream would never arrive.
  opened.defer(() => stop.abort());
  return Object.assign(opened.move(), { listener });
}
