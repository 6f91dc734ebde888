import type { Metrics } from '#src/platform/metrics.ts';
import type { CallObserver } from '#src/thunderhead/calls.ts';

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The calls of this process to Thunderhead: what came of them, and how long the answer took. */
export function callMetrics(metrics: Metrics): CallObserver {
  const calls = metrics.counter({
    name: 'oms_thunderhead_calls_total',
    help: 'Calls to Thunderhead: answered, throttled, unavailable, unanswered (may have taken effect), not_sent (no token).',
    labels: ['operation', 'outcome'],
  });
  const duration = metrics.histogram({
    name: 'oms_thunderhead_call_duration_seconds',
    help: 'From sending a call until its answer, or until there was none; of a stream until it began.',
    labels: ['operation'],
    buckets,
  });
  return ({ operation, outcome, tookMs }) => {
    calls.add({ operation, outcome });
    duration.observe({ operation }, tookMs / 1_000);
  };
}
