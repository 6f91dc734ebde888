import type { Observer } from '#processors/engine/runner.ts';
import type { Metrics } from '#src/platform/metrics.ts';

/** From a moment to the hour that a slow batch may take. */
const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** How long items are at a stage, from coming to it until they leave it: in the queue, in hand and waiting for others. */
export function stageMetrics(metrics: Metrics): Required<Pick<Observer, 'left'>> {
  const duration = metrics.histogram({
    name: 'oms_stage_duration_seconds',
    help: 'From coming to a stage until leaving it, waiting included; outcome: done, or the result that ended the way.',
    labels: ['pipeline', 'stage', 'outcome'],
    buckets,
  });
  return {
    left({ pipeline, at, next, now }) {
      // An end that was known before is told by the stage that brought it about.
      const ended = at.result === null && next.result !== null && next.result !== 'completed';
      const seconds = Math.max(0, now.getTime() - at.since.getTime()) / 1_000;
      duration.observe({ pipeline, stage: at.stage, outcome: ended ? (next.result as string) : 'done' }, seconds);
    },
  };
}
