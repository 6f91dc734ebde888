import { openBackend } from '#queues/bullmq/backend.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { openIntake } from '#src/api/intake/intake.ts';
import { environment } from '#src/config.ts';
import { databaseClock } from '#src/platform/clock.ts';
import { openConnections } from '#src/platform/database.ts';
import { documentBody } from './documents.ts';

/** Hands documents to the OMS's own intake, as many at once as it takes: `<count> [<source system>]`. */
const count = Number(process.argv[2]);
const source = process.argv[3] ?? 'ARCADE';
const databaseUrl = environment.DATABASE_URL ?? '';
const fail = (error: Error) => {
  throw error;
};

await using connections = openConnections(databaseUrl, fail);
using clock = await databaseClock(connections.durable);
await using backend = await openBackend(
  { redisUrl: environment.REDIS_URL, databaseUrl, workers: 0, concurrency: 1 },
  fail,
);
await using orchestration = bullmqOrchestration({
  backend,
  clock,
  pipelines: [],
  concurrency: 1,
  log: { warn: (about, message) => fail(new Error(`${message} ${JSON.stringify(about)}`)) },
});
const intake = openIntake({
  pool: connections.durable,
  clock,
  orchestration,
  pipeline: { name: 'document', firstStage: 'validate' },
});

const bodyOf = (correlationId: string) => ({
  ...documentBody(correlationId),
  ...(source === 'CIBT' && { sourceSystem: source, documentType: 'POLICY', documentName: 'POSHOOFF' }),
});
const run = `bulk-${process.pid}-${Date.now()}`;
const bodies = Array.from({ length: count }, (_, index) => ({ ...bodyOf(`${run}-${index}`), priority: 0 }));
const before = process.cpuUsage();
await Promise.all(bodies.map((body) => intake.accept(body, 'bench')));
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000 })}\n`);
