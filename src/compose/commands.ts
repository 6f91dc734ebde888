import { openBackend } from '#queues/bullmq/backend.ts';
import { emptyQueues } from '#queues/bullmq/empty.ts';
import { bullmqOrchestration } from '#queues/bullmq/orchestration.ts';
import { rebuildQueues } from '#queues/rebuild.ts';
import type { CommandName, Config } from '#src/config.ts';
import { databaseClock } from '#src/platform/clock.ts';
import { openConnections } from '#src/platform/database.ts';
import type { Logger } from '#src/platform/log.ts';
import { quietly } from '#src/platform/quietly.ts';
import { recoveryPass } from '#src/recovery/pass.ts';
import { refuseUnknownWork } from './known-work.ts';
import { pipelineShapes } from './pipeline-shapes.ts';

/** What comes, does one thing, says in a line what it came to, and goes. */
export const commands: Readonly<Record<CommandName, (config: Config, log: Logger) => Promise<object>>> = {
  async 'recovery --once'(config, log) {
    await using open = await openCommand(config, log);
    return await recoveryPass({ ...open, documents: pipelineShapes.documents, log }, config.recovery);
  },

  async 'rebuild-queues'(config, log) {
    await using open = await openCommand(config, log);
    await open.backend.check();
    const pipelines = pipelineShapes.all;
    return await rebuildQueues({ ...open, pipelines, empty: () => emptyQueues(open.backend, pipelines) });
  },
};

/** The rows and the queues; nothing that reaches the world. */
async function openCommand(config: Config, log: Logger) {
  await using opened = new AsyncDisposableStack();
  const onError = quietly(log);
  const { redisUrl, databaseUrl } = config;
  const pool = opened.use(openConnections(databaseUrl, onError('database'))).durable;
  const clock = opened.use(await databaseClock(pool));
  await refuseUnknownWork(pool);
  const size = { workers: 1, concurrency: 4 };
  const backend = opened.use(await openBackend({ redisUrl, databaseUrl, ...size }, onError('queues')));
  const pipelines = pipelineShapes.all;
  const orchestration = opened.use(bullmqOrchestration({ backend, clock, pipelines, concurrency: 1, log }));
  const stack = opened.move();
  return { pool, clock, backend, orchestration, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
