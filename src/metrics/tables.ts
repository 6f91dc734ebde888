import type { Pool, PoolClient } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { readOnly } from '#processors/engine/read-only.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { emptied, type SharedSource } from './shared-source.ts';
import { askErrors, askFingerprints, askRequests, askStages, type StageRow } from './table-queries.ts';

export interface TablesParts {
  pool: Pool;
  clock: Clock;
  pipelines: readonly PipelineShape[];
  /** The pipeline whose items are document requests. */
  documents: PipelineShape;
}

const states = ['waiting', 'delayed', 'active'];
/** Longer, and it gives up: the documents come first. */
const timeoutMs = 2_000;

/**
 * Where everything stands, as the tables know it: the same for whichever process tells it. Each statement is a source of its
 * own: when a million have failed, counting them may take too long, and how old the oldest is is told all the same.
 */
export function tables(metrics: Metrics, { pool, clock, pipelines, documents }: TablesParts): SharedSource[] {
  const items = metrics.gauge({
    name: 'oms_stage_items',
    help: 'Items in flight at a stage: waiting for a worker, delayed until they are due, or active in the hands of one.',
    labels: ['pipeline', 'stage', 'state'],
  });
  const oldest = metrics.gauge({
    name: 'oms_stage_oldest_age_seconds',
    help: 'How long the oldest item has been at the stage; 0 when there is none. What is not to begin yet does not count.',
    labels: ['pipeline', 'stage'],
  });
  const lag = metrics.gauge({
    name: 'oms_publish_lag_seconds',
    help: 'How long the oldest request that has ended waits for its final status to be published; 0 when none does.',
    labels: ['pipeline'],
  });
  const requests = metrics.gauge({
    name: 'oms_requests_in_flight',
    help: 'Document requests that have not ended, as their clients see them.',
    labels: ['source', 'type', 'status'],
  });
  const errors = metrics.gauge({
    name: 'oms_error_rows',
    help: 'Items that do not get past a stage, retried or given up, by the code of the reason.',
    labels: ['pipeline', 'stage', 'code'],
  });
  const fingerprints = metrics.gauge({
    name: 'oms_error_fingerprint_rows',
    help: 'The same by cause: the twenty fingerprints that most of them share.',
    labels: ['fingerprint', 'code'],
  });

  const tellStages = (rows: readonly StageRow[], now: Date) => {
    const places = pipelines.flatMap(({ name, stages }) =>
      stages.map(({ name: stage, always }) => ({ pipeline: name, stage, always })),
    );
    // A stage where nothing is says so: an alert on what is missing is one that nobody writes.
    const here = ({ pipeline, stage }: { pipeline: string; stage: string }) =>
      rows.filter((row) => row.pipeline === pipeline && row.stage === stage);
    const age = (place: { pipeline: string; stage: string }) => {
      const since = here(place).flatMap(({ oldest }) => (oldest ? [oldest.getTime()] : []));
      return since.length === 0 ? 0 : Math.max(0, now.getTime() - Math.min(...since)) / 1_000;
    };
    items.replace(
      places.flatMap(({ pipeline, stage }) =>
        states.map((state) => ({
          ...{ pipeline, stage, state },
          value: here({ pipeline, stage }).find((row) => row.state === state)?.items ?? 0,
        })),
      ),
    );
    oldest.replace(places.map(({ pipeline, stage }) => ({ pipeline, stage, value: age({ pipeline, stage }) })));
    lag.replace(
      places.flatMap(({ pipeline, stage, always }) => (always ? [{ pipeline, value: age({ pipeline, stage }) }] : [])),
    );
  };

  const ask = <T>(work: (client: PoolClient) => Promise<T>) => readOnly(pool, work, timeoutMs);
  const about = { documents: documents.name, firstStage: documents.stages[0].name };
  return [
    {
      name: 'stages',
      async ask() {
        const now = clock.now();
        tellStages(await ask((client) => askStages(client, now)), now);
      },
      forget: () => emptied(items, oldest, lag),
    },
    {
      name: 'requests',
      ask: async () => requests.replace(await ask((client) => askRequests(client, about))),
      forget: () => emptied(requests),
    },
    {
      name: 'errors',
      ask: async () => errors.replace(await ask(askErrors)),
      forget: () => emptied(errors),
    },
    {
      name: 'fingerprints',
      ask: async () => fingerprints.replace(await ask(askFingerprints)),
      forget: () => emptied(fingerprints),
    },
  ];
}
