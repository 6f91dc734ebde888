import type { RequestHandler } from 'express';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { Observer } from '#processors/engine/runner.ts';
import type { QueueBackend } from '#queues/bullmq/backend.ts';
import { namesOf } from '#queues/names.ts';
import type { SweepOptions } from '#queues/sweep.ts';
import { budget } from '#src/metrics/budget.ts';
import { callMetrics } from '#src/metrics/calls.ts';
import { metricsEndpoint } from '#src/metrics/endpoint.ts';
import { queues } from '#src/metrics/queues.ts';
import { type RequestMetrics, requestMetrics } from '#src/metrics/requests.ts';
import { readShared } from '#src/metrics/shared-source.ts';
import { stageMetrics } from '#src/metrics/stages.ts';
import { sweepMetrics } from '#src/metrics/sweep.ts';
import { tables } from '#src/metrics/tables.ts';
import { openMetrics } from '#src/platform/metrics.ts';
import type { CallObserver } from '#src/thunderhead/calls.ts';
import type { Thunderhead } from '#src/thunderhead/generator.ts';
import type { OpenPipelines } from './pipelines.ts';

/** The observers that the parts of this process are given, and where what they count is read. */
export interface ProcessMetrics {
  requests: RequestMetrics;
  stages: Required<Pick<Observer, 'left'>>;
  calls: CallObserver;
  rang: NonNullable<SweepOptions['rang']>;
  /** What is the same for all processes, told by the few that look after the whole. Until disposed of. */
  tellShared(parts: SharedParts): AsyncDisposable;
  endpoint: RequestHandler;
}

export interface SharedParts {
  /** Of the metrics alone. */
  pool: Pool;
  pipelines: Pick<OpenPipelines, 'all' | 'documents'>;
  thunderhead: Pick<Thunderhead, 'budget'>;
  backend: Pick<QueueBackend, 'queue'>;
}

export function openProcessMetrics(clock: Clock): ProcessMetrics {
  const metrics = openMetrics();
  return {
    requests: requestMetrics(metrics, clock.now),
    stages: stageMetrics(metrics),
    calls: callMetrics(metrics),
    rang: sweepMetrics(metrics),
    tellShared({ pool, pipelines: { all, documents }, thunderhead, backend }) {
      const names = all.flatMap(({ name, stages }) => stages.map((stage) => namesOf(name, stage.name).queue));
      const ofQueues = queues(metrics, { backend, names });
      readShared(metrics, [
        ...tables(metrics, { pool, clock, pipelines: all, documents }),
        budget(metrics, thunderhead.budget),
        ofQueues,
      ]);
      return ofQueues;
    },
    endpoint: metricsEndpoint(metrics),
  };
}
