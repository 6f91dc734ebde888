import { SharedAnswer } from '#processors/engine/shared-answer.ts';
import { within } from '#processors/engine/within.ts';
import type { Level, Metrics } from '#src/platform/metrics.ts';

/** What is not this process's own, and has to be asked for: the tables, the call budget, the queues. */
export interface SharedSource {
  name: 'stages' | 'requests' | 'errors' | 'fingerprints' | 'budget' | 'queues';
  /** Asks, and tells its gauges. */
  ask(): Promise<void>;
  /** Nothing is known any more: a number from before would pass for one of now. */
  forget(): void;
}

/** Asked no more often, whoever reads and how many. */
const restMs = 15_000;
/** Nor for more than this part of the time. */
const share = 0.02;
/** A reading does not wait longer for any of them; Prometheus itself gives up after ten seconds. */
const patienceMs = 2_000;

/** Asks the sources when somebody reads. One that is away is said to be, and holds nobody up. */
export function readShared(
  metrics: Metrics,
  sources: readonly SharedSource[],
  now: () => number = () => performance.now(),
): void {
  const up = metrics.gauge({
    name: 'oms_metrics_source_up',
    help: 'Whether what is asked for at a reading was to be had: 1, or 0 and its metrics are missing.',
    labels: ['source'],
  });
  const states = new Map<string, number>();
  const tell = (name: string, isUp: boolean) => {
    states.set(name, isUp ? 1 : 0);
    up.replace([...states].map(([source, value]) => ({ source, value })));
  };
  for (const source of sources) metrics.beforeReading(seldomAsked(source, tell, now));
}

function seldomAsked(
  { name, ask, forget }: SharedSource,
  tell: (name: string, up: boolean) => void,
  now: () => number,
) {
  // The readiness probe and the log know more; here it is one number.
  const missing = () => {
    forget();
    tell(name, false);
  };
  const answer = new SharedAnswer(
    () =>
      ask()
        .then(() => tell(name, true))
        .catch(missing),
    { share, leastMs: restMs, now },
  );
  return () => within(patienceMs, 'the source', answer.read()).catch(missing);
}

/** Empties all of them. */
export const emptied = (...gauges: readonly Pick<Level<never>, 'replace'>[]) => {
  for (const gauge of gauges) gauge.replace([]);
};
