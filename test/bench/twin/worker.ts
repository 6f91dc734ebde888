import { Worker } from 'bullmq';
import { environment } from '#src/config.ts';
import { TwinHistory, TwinRequest } from './entities.ts';
import { openOrm, openQueues, openRedis, type StageName, stages } from './parts.ts';
import { openSteps } from './steps.ts';

/**
 * The twin's worker, as BullMQ's guide has it: one queue per stage, one job per document and stage, fifty at a time.
 * A stage reads its document, does its work, and writes the transition in one transaction; then it adds the next job.
 */
const orm = await openOrm();
const connection = openRedis();
const queues = openQueues(connection);
const steps = await openSteps({
  thunderheadUrl: environment.THUNDERHEAD_URL ?? '',
  brokers: environment.KAFKA_BROKERS ?? '',
});

async function run(stage: StageName, id: string): Promise<void> {
  const em = orm.em.fork();
  const request = await em.findOneOrFail(TwinRequest, id, stage === 'submit' ? { populate: ['content'] } : {});
  if (request.stage !== stage) return;
  const step = await steps[stage](request, em);
  if ('againInMs' in step) {
    await queues.add(stage, id, step.againInMs);
    return;
  }
  // One flush is one transaction; the version column tells when someone else was quicker.
  const at = new Date();
  em.assign(request, { ...step.changes, stage: step.next, updatedAt: at });
  em.create(TwinHistory, { requestId: id, fromStage: stage, toStage: step.next, reason: step.reason, at });
  await em.flush();
  if (step.next !== 'ended') await queues.add(step.next, id, step.delayMs);
}

const workers = stages.map(
  (stage) =>
    new Worker<{ id: string }>(`twin-${stage}`, ({ data }) => run(stage, data.id), { connection, concurrency: 50 }),
);
for (const worker of workers) worker.on('failed', (_job, error) => process.stderr.write(`${error.stack}\n`));
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
process.stdout.write('{"ready":true}\n');
process.once('SIGTERM', () => process.exit(0));
