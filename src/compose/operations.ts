import type { Clock } from '#processors/engine/clock.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import { FeedTail } from '#src/api/feed/feed-tail.ts';
import { feedOperations } from '#src/api/feed/operations.ts';
import { duringUpload } from '#src/api/intake/answer-outlet.ts';
import { afterUpload } from '#src/api/intake/answers-on-disk.ts';
import { openIdempotencyKeys } from '#src/api/intake/idempotency-keys.ts';
import { type IntakeOptions, openIntake } from '#src/api/intake/intake.ts';
import { intakeOperations } from '#src/api/intake/operations.ts';
import type { Operation } from '#src/api/operation.ts';
import { cancelOperations } from '#src/api/requests/cancel.ts';
import { listOperations } from '#src/api/requests/list-operations.ts';
import { requestOperations } from '#src/api/requests/operations.ts';
import { preferredWait } from '#src/api/waiting/prefer-wait.ts';
import { RequestWatch } from '#src/api/waiting/request-watch.ts';
import { callbackOperations } from '#src/callbacks/operations.ts';
import type { Config } from '#src/config.ts';
import type { Streams } from '#src/limits/ceiling.ts';
import type { Connections } from '#src/platform/database.ts';
import type { Logger } from '#src/platform/log.ts';
import type { Thunderhead } from '#src/thunderhead/generator.ts';
import type { OpenPipelines } from './pipelines.ts';

export interface ClientParts {
  connections: Connections;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  pipelines: OpenPipelines;
  thunderhead: Pick<Thunderhead, 'contents'>;
  streams: Streams;
  /** Aborted when the process stops: streams and waits end then. */
  stopping: AbortSignal;
  /** Told about every request that is new. */
  received: IntakeOptions['received'];
  log: Logger;
}

/** What clients may ask for: all of the role `api`. */
export function clientOperations(config: Config, parts: ClientParts): Operation[] {
  const { connections, clock, orchestration, pipelines, thunderhead, streams, stopping, received, log } = parts;
  const { documents, allowance } = pipelines;
  const { durable: pool, relaxed } = connections;
  const stages = documents.stages.map(({ name }) => name) as [string, ...string[]];
  const [firstStage] = stages;
  const watch = new RequestWatch({ pool, stopping });
  const wait = preferredWait({ watch, streams, firstStage, stopping });
  const intake = openIntake({
    ...{ pool, clock, orchestration, allowance, received },
    pipeline: { name: documents.name, firstStage },
  });
  return [
    ...intakeOperations({
      ...{ pool, intake, firstStage, log, stopping },
      keys: openIdempotencyKeys({ pool: relaxed, clock }),
      maxBodyBytes: config.maxBodyBytes,
      preferredWait: wait,
      openOutlet: config.security.mode === 'edge' ? afterUpload() : duringUpload,
    }),
    ...listOperations({ pool, stages }),
    ...requestOperations({ pool, contents: thunderhead.contents, firstStage, preferredWait: wait }),
    ...cancelOperations({ pool, clock, orchestration, pipeline: documents, log }),
    ...callbackOperations(config.callbacks),
    ...feedOperations({ pool, firstStage, watch, tail: new FeedTail({ pool, stopping }), streams, stopping }),
  ];
}
