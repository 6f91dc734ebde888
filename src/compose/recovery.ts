import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { startRecoverySchedule } from '#queues/bullmq/recovery-schedule.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { Config } from '#src/config.ts';
import type { Logger } from '#src/platform/log.ts';
import { recoveryPass } from '#src/recovery/pass.ts';
import type { OpenPipelines } from './pipelines.ts';

export interface RecoveryRoleParts {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  pipelines: Pick<OpenPipelines, 'documents'>;
  backend: QueueBackend;
  log: Logger;
}

/** The role `recovery`: a pass by the clock, in one process at a time. */
export function startRecovery(
  { recovery }: Config,
  { backend, ...parts }: RecoveryRoleParts,
): Promise<AsyncDisposable> {
  const { pool, clock, orchestration, pipelines, log } = parts;
  return startRecoverySchedule({
    ...{ backend, log, everyMs: recovery.everyMs },
    pass: (stopping) =>
      recoveryPass({ pool, clock, orchestration, documents: pipelines.documents, log }, recovery, stopping),
  });
}
