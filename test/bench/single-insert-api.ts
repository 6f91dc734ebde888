import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { createApp } from '#src/api/app.ts';
import { duringUpload } from '#src/api/intake/answer-outlet.ts';
import { openIdempotencyKeys } from '#src/api/intake/idempotency-keys.ts';
import { openIntake } from '#src/api/intake/intake.ts';
import { intakeOperations } from '#src/api/intake/operations.ts';
import { routerOf } from '#src/api/router.ts';
import { readConfig } from '#src/config.ts';
import { ceiling } from '#src/limits/ceiling.ts';
import { clientLimit } from '#src/limits/client-limit.ts';
import { pointStore } from '#src/limits/point-store.ts';
import { databaseClock } from '#src/platform/clock.ts';
import { openConnections } from '#src/platform/database.ts';
import { listen } from '#src/platform/listen.ts';
import { openLog } from '#src/platform/log.ts';
import { openRedis } from '#src/platform/redis.ts';
import { openReferenceData } from '#src/reference-data/open.ts';
import { directAuthentication } from '#src/security/authenticate.ts';
import { openSecurity } from '#src/security/open-security.ts';
import { sourcesOf } from '#src/security/sources.ts';

/**
 * The contender of `intake.ts`: the very same route with the same tokens, limits, checks, statement and ring, but each
 * request in a transaction of its own, as an Express handler is usually written. It may have as many connections as it likes.
 */
const connectionCount = Number(process.argv[2]);
const config = readConfig();
const log = openLog(config.logLevel);
const onError = (error: Error) => log.error({ err: error }, 'connection trouble');

const connections = openConnections(config.databaseUrl, onError, connectionCount);
const pool = connections.durable;
const clock = await databaseClock(pool);
const redis = config.redisUrl ? openRedis(config.redisUrl, onError).redis : undefined;
const { verifier } = openSecurity(config.security, { redis, log });
const { reference } = openReferenceData(config.referenceData, { pool, redis, log, token: async () => '' });
const { redisUrl, databaseUrl, limits, maxBodyBytes } = config;
const backend = await openBackend({ redisUrl, databaseUrl, workers: 0, concurrency: 1 }, onError);
const orchestration = bullmqOrchestration({ backend, clock, pipelines: [], concurrency: 1, log });

const intake = openIntake({
  ...{ pool, clock, orchestration },
  pipeline: { name: 'document', firstStage: 'validate' },
  group: { capacity: 1, lanes: connectionCount },
});
const operations = intakeOperations({
  ...{ pool, intake, log, maxBodyBytes, firstStage: 'validate' },
  keys: openIdempotencyKeys({ pool: connections.relaxed, clock }),
  preferredWait: async () => undefined,
  openOutlet: duringUpload,
  stopping: new AbortController().signal,
});
const countRequest = clientLimit(pointStore({ redis, pool: connections.relaxed }, limits), limits);
const load = ceiling({ ...limits, requests: limits.inFlight, bytes: limits.inFlightBytes, maxBodyBytes });
const api = routerOf({
  operations,
  authenticate: directAuthentication(verifier),
  sourcesOf: sourcesOf(reference, clock),
  admit: async (caller, response) => {
    await countRequest(caller, response);
    load.admitClient(caller.client, response);
  },
});
const ready = async () => ({});
await listen(
  createApp({ api, ceiling: load.admit, ready, log, trustedProxies: config.security.trustedProxies }),
  config,
);
process.once('SIGTERM', () => process.exit(0));
