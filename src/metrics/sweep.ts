import type { SweepOptions } from '#queues/sweep.ts';
import type { Metrics } from '#src/platform/metrics.ts';

/** Every ring of the sweep stands for one that was lost: a job that is gone, or a worker that died. */
export function sweepMetrics(metrics: Metrics): NonNullable<SweepOptions['rang']> {
  const rings = metrics.counter({
    name: 'oms_sweep_rings_total',
    help: 'Items that the sweep of this process rang because their own ring was lost or their worker died.',
    labels: ['pipeline', 'stage'],
  });
  return (pipeline, items) => {
    for (const { stage } of items) rings.add({ pipeline, stage });
  };
}
