import { namesOf } from '../names.ts';
import type { QueueBackend } from './backend.ts';

/** Throws away every ring that waits or is delayed; what a worker has in hand stays with it. Answers how many they were. */
export async function emptyQueues(
  backend: Pick<QueueBackend, 'queue'>,
  pipelines: readonly { name: string; stages: readonly { name: string }[] }[],
): Promise<number> {
  let jobs = 0;
  for (const pipeline of pipelines)
    for (const stage of pipeline.stages) {
      const queue = backend.queue(namesOf(pipeline.name, stage.name).queue);
      try {
        const { waiting = 0, delayed = 0 } = await queue.getJobCounts('waiting', 'delayed');
        jobs += waiting + delayed;
        await queue.drain(true);
      } finally {
        await queue.close();
      }
    }
  return jobs;
}
