import type { QueueBackend } from '#queues/bullmq/backend.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import { emptied, type SharedSource } from './shared-source.ts';

const states = ['active', 'waiting', 'delayed', 'failed'] as const;

/** The rings in BullMQ's own queues. They may be thrown away: how many documents wait is told by the tables. */
export function queues(
  metrics: Metrics,
  { backend, names }: { backend: Pick<QueueBackend, 'queue'>; names: readonly string[] },
): SharedSource & AsyncDisposable {
  const jobs = metrics.gauge({
    name: 'oms_queue_jobs',
    help: 'Jobs in a queue of BullMQ, each of them up to fifty items to look at; failed: the machinery broke.',
    labels: ['queue', 'state'],
  });
  const open = names.map((name) => ({ name, queue: backend.queue(name) }));
  return {
    name: 'queues',
    async ask() {
      const counts = await Promise.all(
        open.map(async ({ name, queue }) => ({ name, counts: await queue.getJobCounts(...states) })),
      );
      jobs.replace(
        counts.flatMap(({ name, counts }) =>
          states.map((state) => ({ queue: name, state, value: counts[state] ?? 0 })),
        ),
      );
    },
    forget: () => emptied(jobs),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(open.map(({ queue }) => queue.close()));
    },
  };
}
