import { documentPipeline } from '#processors/document/pipeline.ts';
import type { StatusPublisher } from '#processors/document/ports.ts';
import { refuseUnknownStages } from '#processors/engine/known-stages.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import { Runner } from '#processors/engine/runner.ts';
import { Store } from '#processors/engine/store.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { startSweep } from '#queues/sweep.ts';
import { createApp } from './api/app.ts';
import { openIntake } from './api/intake.ts';
import { apiRoutes } from './api/routes.ts';
import type { Config, Role } from './config.ts';
import { feedOnly } from './events/feed-only.ts';
import { openKafkaHub } from './events/kafka-hub.ts';
import { databaseClock } from './platform/clock.ts';
import { openConnections } from './platform/database.ts';
import { type HttpListener, listen } from './platform/listen.ts';
import type { Logger } from './platform/log.ts';
import { observeInLog } from './platform/observe.ts';
import { referenceReader } from './reference-data/reader.ts';
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
  const thunderhead = opened.use(
    openThunderhead({ url: config.thunderheadUrl, timeoutMs: config.thunderheadTimeoutMs }),
  );
  const events = openEvents(config, roles, log, opened);
  const pipeline = documentPipeline(
    {
      generator: thunderhead,
      reference: referenceReader(connections.durable),
      publisher: events.publisher,
      clock,
      pool: connections.durable,
    },
    {
      callTimeoutMs: config.thunderheadTimeoutMs,
      pollFirstMs: config.pollFirstMs,
      pollCapMs: config.pollCapMs,
      pollDeadlineMs: config.pollDeadlineMs,
    },
  );
  const pipelines = [pipeline as unknown as Pipeline<never>];

  const size = { workers: pipeline.stages.length, concurrency: config.workerConcurrency };
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
    (await import('#admin/board.ts')).createBoard({ pool, clock, orchestration, pipelines, backend, log });
  const app = createApp({
    ...(roles.has('api') && {
      api: apiRoutes({
        pool,
        intake: openIntake({ pool, clock, orchestration, pipeline: { name: pipeline.name, firstStage } }),
        contents: thunderhead,
        firstStage,
        maxBodyBytes: config.maxBodyBytes,
      }),
    }),
    ...(board && { board }),
    ready: async () => {
      await pool.query('select 1');
      return { roles: [...roles], queues: backend.name, kafka: events.state() };
    },
    log,
  });
  const listener = opened.use(await listen(app, config));
  return Object.assign(opened.move(), { listener });
}

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
