import type { Pool } from 'pg';
import type { Reached } from '#processors/engine/boundary.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { PausedStages } from '#processors/engine/paused-stages.ts';
import { type Observer, Runner } from '#processors/engine/runner.ts';
import { Store } from '#processors/engine/store.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { orLater } from '#queues/bullmq/or-later.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { Config } from '#src/config.ts';
import type { Logger } from '#src/platform/log.ts';
import { observeInLog } from '#src/platform/observe.ts';
import { StallWatch } from '#src/platform/stall-watch.ts';
import type { OpenPipelines } from './pipelines.ts';

export interface WorkerParts {
  connections: { durable: Pool; relaxed: Pool };
  clock: Clock;
  pipelines: Pick<OpenPipelines, 'all'>;
  paused: Pick<PausedStages, 'has'>;
  backend: Pick<QueueBackend, 'check'>;
  /** The worker's own: it is closed while others still ring through theirs. */
  orchestration: Orchestration;
  observe?: Pick<Observer, 'left'> | undefined;
  reached?: Reached | undefined;
  log: Logger;
}

export interface Worker extends AsyncDisposable {
  /** @throws NotReady when it does not get on */
  check(): void;
  /** Resolves with the cause when it has not got on for so long that it is better begun anew. */
  stalled: Promise<string>;
  /** Takes no new work from here on, and settles what is in hand; disposing waits for that. */
  stop(): void;
}

/** The role `worker`: what runs the stages, and whoever watches that it does. */
export async function startWorker({ leaseMs, stallMs }: Config, parts: WorkerParts): Promise<Worker> {
  const { connections, clock, paused, backend, orchestration, observe, reached, log } = parts;
  const pipelines = parts.pipelines.all;
  await using opened = new AsyncDisposableStack();
  const watch = opened.use(
    new StallWatch({ ...{ pool: connections.durable, clock, pipelines, paused, stallMs }, queues: backend }),
  );
  const runner = opened.use(
    new Runner({
      ...{ pipelines, store: new Store(connections, reached), clock, leaseMs, paused, reached },
      observe: { ...observeInLog(log), ...observe },
    }),
  );
  // Closed before the runner, which keeps the leases of what is in hand until it is settled.
  opened.use(orchestration);
  await orLater(
    orchestration.start((signal) => watch.watched(signal, runner.run(signal))),
    'worker',
    log,
  );
  const stack = opened.move();
  let stopped: Promise<void> | undefined;
  const close = () => {
    stopped ??= stack.disposeAsync();
    return stopped;
  };
  return {
    check: () => watch.check(),
    stalled: watch.lasting,
    // A failure is told to whoever disposes.
    stop: () => void close().catch(() => undefined),
    [Symbol.asyncDispose]: close,
  };
}
