import { isLater, type StatusPublisher } from '#processors/document/ports.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { limitedLabel } from './label-limit.ts';

export interface RequestMetrics {
  /** A new request is on disk. */
  received(request: { sourceSystem: string; documentType: string }): void;
  /** The same publisher; what it has published is counted. */
  counting(publisher: StatusPublisher): StatusPublisher;
}

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** What comes in, what comes out, and how late the world hears of it. */
export function requestMetrics(metrics: Metrics, now: () => Date): RequestMetrics {
  const sourceOf = limitedLabel();
  const typeOf = limitedLabel();
  const received = metrics.counter({
    name: 'oms_requests_received_total',
    help: 'Document requests taken in by this process; repeated ones are not counted again.',
    labels: ['source', 'type'],
  });
  const ended = metrics.counter({
    name: 'oms_requests_ended_total',
    help: 'Final statuses published by this process; after a crash in between one may be published, and counted, again.',
    labels: ['source', 'type', 'status'],
  });
  const delay = metrics.histogram({
    name: 'oms_publish_delay_seconds',
    help: 'From the moment a request ended until its final status was published.',
    labels: [],
    buckets,
  });
  return {
    received({ sourceSystem, documentType }) {
      received.add({ source: sourceOf(sourceSystem), type: typeOf(documentType) });
    },
    counting: (publisher) => ({
      async publish(topic, event) {
        const receipt = await publisher.publish(topic, event);
        if (isLater(receipt)) return receipt;
        const { sourceSystem, documentType, status } = event.data;
        ended.add({ source: sourceOf(sourceSystem), type: typeOf(documentType), status });
        delay.observe({}, Math.max(0, now().getTime() - Date.parse(event.time)) / 1_000);
        return receipt;
      },
    }),
  };
}
