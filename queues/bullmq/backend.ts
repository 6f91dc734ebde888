import type { Job, WorkerOptions } from 'bullmq';
import { postgresBackend } from './postgres.ts';
import { redisBackend } from './redis.ts';

/** What the orchestration and the board use of BullMQ, the same on both backends. */
export interface QueueBackend extends AsyncDisposable {
  readonly name: 'redis' | 'postgres';
  queue(name: string): StageQueue;
  worker(
    name: string,
    process: (job: Job<RingData>) => Promise<void>,
    options: Omit<WorkerOptions, 'connection'>,
  ): StageWorker;
}

/** What a job says: look at these ids. */
export interface RingData {
  ids: string[];
  dueAt: string;
}

export interface StageQueue {
  addBulk(
    jobs: {
      name: string;
      data: RingData;
      opts: { delay?: number; lifo?: boolean; removeOnComplete: boolean; removeOnFail: { count: number } };
    }[],
  ): Promise<unknown>;
  close(): Promise<void>;
}

export interface StageWorker {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** Redis when there is one, otherwise PostgreSQL. */
export function openBackend(
  {
    redisUrl,
    databaseUrl,
    ...size
  }: { redisUrl: string | undefined; databaseUrl: string; workers: number; concurrency: number },
  onError: (error: Error) => void,
): Promise<QueueBackend> {
  return redisUrl ? redisBackend(redisUrl, onError) : postgresBackend(databaseUrl, size, onError);
}
