import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What this process counts, as Prometheus reads it. The only file that knows the client library: who counts is given one of
 * the three instruments below. Each process has a registry of its own, so that two of them in one test do not mix.
 */
export interface Metrics {
  counter<Label extends string>(about: About<Label>): Count<Label>;
  gauge<Label extends string>(about: About<Label>): Level<Label>;
  histogram<Label extends string>(about: About<Label> & { buckets: readonly number[] }): Distribution<Label>;
  /** Awaited before every reading, for what is not counted but asked. It must not throw, and not take long. */
  beforeReading(prepare: () => Promise<void>): void;
  read(): Promise<{ contentType: string; text: string }>;
}

export interface About<Label extends string> {
  name: string;
  help: string;
  labels: readonly Label[];
}

type Labels<Label extends string> = Record<Label, string>;

export interface Count<Label extends string> {
  add(labels: Labels<Label>, by?: number): void;
  /** For what is counted elsewhere, by all processes together. */
  set(labels: Labels<Label>, total: number): void;
  /** Nothing is known any more. */
  forget(): void;
}

export interface Level<Label extends string> {
  /** All there is now: what was told before and is not among them is gone. */
  replace(values: readonly (Labels<Label> & { value: number })[]): void;
}

export interface Distribution<Label extends string> {
  observe(labels: Labels<Label>, value: number): void;
}

export function openMetrics(): Metrics {
  const registry = new Registry();
  const preparations: (() => Promise<void>)[] = [];
  // CPU, memory, garbage collection and event-loop lag, under the names that ready-made dashboards look for.
  collectDefaultMetrics({ register: registry });
  const optionsOf = <Label extends string>({ name, help, labels }: About<Label>) => ({
    ...{ name, help, labelNames: [...labels] },
    registers: [registry],
  });

  return {
    counter<Label extends string>(about: About<Label>): Count<Label> {
      const counter = new Counter<Label>(optionsOf(about));
      // One that is only ever set has nothing to say before.
      const forget = () => {
        counter.reset();
        counter.remove({} as Labels<Label>);
      };
      return {
        add: (labels, by = 1) => counter.inc(labels, by),
        set(labels, total) {
          forget();
          counter.inc(labels, total);
        },
        forget,
      };
    },
    gauge<Label extends string>(about: About<Label>): Level<Label> {
      const gauge = new Gauge<Label>(optionsOf(about));
      const replace: Level<Label>['replace'] = (values) => {
        gauge.reset();
        // Without labels the library begins with a 0 that nobody has measured.
        if (about.labels.length === 0) gauge.remove({} as Labels<Label>);
        for (const { value, ...labels } of values) gauge.set(labels as unknown as Labels<Label>, value);
      };
      replace([]);
      return { replace };
    },
    histogram<Label extends string>(about: About<Label> & { buckets: readonly number[] }): Distribution<Label> {
      const histogram = new Histogram<Label>({ ...optionsOf(about), buckets: [...about.buckets] });
      return { observe: (labels, value) => histogram.observe(labels, value) };
    },
    beforeReading: (prepare) => void preparations.push(prepare),
    async read() {
      await Promise.all(preparations.map((prepare) => prepare()));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
