import type { RequestHandler } from 'express';
import { callbackPipeline } from '#processors/callback/pipeline.ts';
import { documentPipeline } from '#processors/document/pipeline.ts';
import type { StatusPublisher } from '#processors/document/ports.ts';
import { refuseUnknownStages } from '#processors/engine/known-stages.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import { Runner } from '#processors/engine/runner.ts';
import { Store } from '#processors/engine/store.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { startSweep } from '#queues/sweep.ts';
import packageJson from '../package.json' with { type: 'json' };
import { createApp } from './api/app.ts';
import { FeedTail } from './api/feed/feed-tail.ts';
import { feedOperations } from './api/feed/operations.ts';
import { duringUpload } from './api/intake/answer-outlet.ts';
import { afterUpload } from './api/intake/answers-on-disk.ts';
import { openIdempotencyKeys } from './api/intake/idempotency-keys.ts';
import { openIntake } from './api/intake/intake.ts';
import { intakeOperations } from './api/intake/operations.ts';
import type { Operation } from './api/operation.ts';
import { cancelOperations } from './api/requests/cancel.ts';
import { listOperations } from './api/requests/list-operations.ts';
import { requestOperations } from './api/requests/operations.ts';
import { routerOf } from './api/router.ts';
import { preferredWait } from './api/waiting/prefer-wait.ts';
import { RequestWatch } from './api/waiting/request-watch.ts';
import { callableAddresses } from './callbacks/addresses.ts';
import { callbackAllowance } from './callbacks/allowance.ts';
import { callbackOperations } from './callbacks/operations.ts';
import { openCallbackSender } from './callbacks/sender.ts';
import type { Config, Role } from './config.ts';
import { feedOnly } from './events/feed-only.ts';
import { openKafkaHub } from './events/kafka-hub.ts';
import { ceiling } from './limits/ceiling.ts';
import { clientLimit } from './limits/client-limit.ts';
import { pointStore } from './limits/point-store.ts';
import { limitRefusals } from './limits/refusals.ts';
import { databaseClock } from './platform/clock.ts';
import { openConnections } from './platform/database.ts';
import { type HttpListener, listen } from './platform/listen.ts';
import type { Logger } from './platform/log.ts';
import { observeInLog } from './platform/observe.ts';
import { openRedis } from './platform/redis.ts';
import { openReferenceData } from './reference-data/open.ts';
import { referenceOperations } from './reference-data/operations.ts';
import { directAuthentication } from './security/authenticate.ts';
import { boardAccess } from './security/board-gate.ts';
import { addressIn, edgeAuthentication } from './security/edge.ts';
import type { Oidm } from './security/oidm.ts';
import { openSecurity } from './security/open-security.ts';
import { type OwnToken, ownToken } from './security/own-token.ts';
import { securityService } from './security/service.ts';
import { sourcesOf } from './security/sources.ts';
import { openThunderhead } from './thunderhead/client.ts';

export interface Running extends AsyncDisposable {
  /** Every process listens, if only for its probes. */
  listener: HttpListener;
}

/**
 * Builds what the roles need, and nothing else; the only place that builds things. What is built last is closed first:
 * the listener, then the workers with what they have in hand, at the end the connections.
 */
export async function compose(config: Config, roles: ReadonlySet<Role>, log: Logger): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const onError = quietly(log);

  const connections = opened.use(openConnections(config.databaseUrl, onError('database')));
  const clock = opened.use(await databaseClock(connections.durable));
  const redis = config.redisUrl ? opened.use(openRedis(config.redisUrl, onError('redis'))).redis : undefined;
  const thunderhead = opened.use(
    openThunderhead({ url: config.thunderheadUrl, timeoutMs: config.thunderheadTimeoutMs }),
  );
  const events = openEvents(config, roles, log, opened);
  const { oidm, verifier } = opened.use(openSecurity(config.security, { redis, log }));
  const { reference, ...referenceData } = openReferenceData(
    // Who serves the rows does not ask himself for them.
    { ...config.referenceData, ...(roles.has('reference-data') && { url: undefined }) },
    { pool: connections.durable, redis, token: tokenOf(config, oidm), log },
  );
  const addresses = callableAddresses(config.callbacks.privateAddresses);
  const allowance = callbackAllowance({ reference, clock, addresses }, config.callbacks);
  const sender = opened.use(openCallbackSender({ allowance, addresses, clock }, config.callbacks));
  const callbacks = callbackPipeline({ sender, pool: connections.durable }, config.callbacks);
  const pipeline = documentPipeline(
    {
      generator: thunderhead,
      reference,
      publisher: events.publisher,
      clock,
      pool: connections.durable,
      callbacks: { pipeline: callbacks.name, stage: callbacks.stages[0].name },
    },
    {
      callTimeoutMs: config.thunderheadTimeoutMs,
      pollFirstMs: config.pollFirstMs,
      pollCapMs: config.pollCapMs,
      pollDeadlineMs: config.pollDeadlineMs,
    },
  );
  const documents = pipeline as unknown as Pipeline<never>;
  const pipelines = [documents, callbacks as unknown as Pipeline<never>];

  const size = { workers: pipelines.flatMap(({ stages }) => stages).length, concurrency: config.workerConcurrency };
  const backend = opened.use(
    await openBackend({ redisUrl: config.redisUrl, databaseUrl: config.databaseUrl, ...size }, onError('queues')),
  );
  const orchestration = opened.use(
    bullmqOrchestration({ backend, clock, pipelines, concurrency: config.workerConcurrency, log }),
  );

  if (roles.has('sweep'))
    opened.use(
      startSweep({
        pool: connections.durable,
        clock,
        pipelines: pipelines.map(({ name }) => name),
        orchestration,
        intervalMs: config.sweepIntervalMs,
        graceMs: config.sweepGraceMs,
        log,
      }),
    );

  if (roles.has('worker')) {
    await refuseUnknownStages(connections.durable, pipelines);
    const store = new Store(connections);
    const runner = opened.use(
      new Runner({ pipelines, store, clock, leaseMs: config.leaseMs, observe: observeInLog(log) }),
    );
    await orchestration.start((signal) => runner.run(signal));
  }

  const pool = connections.durable;
  const firstStage = pipeline.stages[0].name;
  // The board is read into memory only where it is shown: a worker is forty megabytes lighter without it.
  const board =
    roles.has('admin') &&
    (await import('#admin/board.ts')).createBoard({
      ...{ pool, clock, orchestration, pipelines: [documents], backend, log },
      access: boardAccess(config.security, { oidm, verifier, log }),
    });
  const { limits, maxBodyBytes } = config;
  const load = ceiling({ ...limits, requests: limits.inFlight, bytes: limits.inFlightBytes, maxBodyBytes });
  const stop = new AbortController();
  const stopping = stop.signal;
  const operations: Operation[] = [];
  if (roles.has('api')) {
    const { streams } = load;
    const watch = new RequestWatch({ pool, stopping });
    const wait = preferredWait({ watch, streams, firstStage, stopping });
    const intake = openIntake({ pool, clock, orchestration, allowance, pipeline: { name: pipeline.name, firstStage } });
    const keys = openIdempotencyKeys({ pool: connections.relaxed, clock });
    const openOutlet = config.security.mode === 'edge' ? afterUpload() : duringUpload;
    operations.push(
      ...intakeOperations({
        pool,
        intake,
        keys,
        firstStage,
        maxBodyBytes,
        preferredWait: wait,
        openOutlet,
        log,
        stopping,
      }),
      ...listOperations({ pool, stages: [firstStage, ...pipeline.stages.slice(1).map(({ name }) => name)] }),
      ...requestOperations({ pool, contents: thunderhead, firstStage, preferredWait: wait }),
      ...cancelOperations({ pool, clock, orchestration, pipeline: documents }),
      ...callbackOperations(config.callbacks),
      ...feedOperations({ pool, firstStage, watch, tail: new FeedTail({ pool, stopping }), streams, stopping }),
    );
  }
  if (roles.has('reference-data'))
    operations.push(...referenceOperations({ pool, kept: referenceData.kept, clock, maxBodyBytes }));
  const believe =
    config.security.mode === 'edge' ? edgeAuthentication(config.security) : directAuthentication(verifier);
  const exempt = addressIn(config.security.trustedProxies);
  const authenticate = limitRefusals(believe, { ...limits, exempt });
  const app = createApp({
    ...(operations.length > 0 && {
      api: routerOf({
        ...{ operations, authenticate, sourcesOf: sourcesOf(reference, clock) },
        admit: clientLimit(pointStore({ redis, pool: connections.relaxed }, limits), limits),
      }),
      ceiling: load.admit,
      documentation: await documentationOf(operations, config),
    }),
    ...(board && { board }),
    ...(roles.has('security') && { security: securityService({ verifier, config: config.security }) }),
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

/** Only `REFERENCE_DATA_URL` needs it, and the configuration demands both with it. */
const tokenOf = ({ referenceData: { clientId = '', clientSecret = '' } }: Config, oidm: Oidm): OwnToken =>
  ownToken({ oidm, clientId, clientSecret });

/** Kafka when there is one; otherwise the status feed alone, and that is said aloud. */
function openEvents(config: Config, roles: ReadonlySet<Role>, log: Logger, opened: AsyncDisposableStack): EventOutlet {
  if (!roles.has('worker')) return { publisher: feedOnly, state: () => 'not used by these roles' };
  if (config.kafkaBrokers.length === 0) {
    log.warn(
      'KAFKA_BROKERS is not set: final statuses go to the status feed (GET /api/v1/status-events) and nowhere else',
    );
    return { publisher: feedOnly, state: () => 'not configured' };
  }
  const hub = openKafkaHub({ brokers: [...config.kafkaBrokers], clientId: config.kafkaClientId, log });
  opened.defer(() => hub.close());
  return { publisher: hub, state: () => (hub.connected ? 'connected' : 'out of reach; documents wait in publish') };
}

interface EventOutlet {
  publisher: StatusPublisher;
  state(): string;
}

/** Read into memory only where the API is. */
async function documentationOf(operations: readonly Operation[], { security }: Config): Promise<RequestHandler> {
  const { openApiDocument } = await import('./openapi/document.ts');
  const { openApiRoutes } = await import('./openapi/routes.ts');
  return openApiRoutes(
    openApiDocument(operations, { version: packageJson.version, tokenUrl: security.oidmUrl + security.oidmTokenPath }),
  );
}

/** A connection that is lost says so a hundred times; the log says it once in five seconds. */
function quietly(log: Logger): (what: string) => (error: Error) => void {
  const saidAt = new Map<string, number>();
  return (what) => (error) => {
    const now = performance.now();
    if (now - (saidAt.get(what) ?? Number.NEGATIVE_INFINITY) < 5_000) return;
    saidAt.set(what, now);
    log.warn({ err: error }, `${what}: connection trouble`);
  };
}
