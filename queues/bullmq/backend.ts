import type { Job, WorkerOptions } from 'bullmq';
import { postgresBackend } from './postgres.ts';
import { redisBackend } from './redis.ts';

/** What the orchestration and the board use of BullMQ, the same on both backends. */
export interface QueueBackend extends AsyncDisposable {
  readonly name: 'redis' | 'postgres';
  /** @throws Error, within a second or so, while its datastore is away or is one that must not be used */
  check(): Promise<void>;
  queue(name: string): StageQueue;
  worker(
    name: string,
    process: (job: Job<RingData>) => Promise<unknown>,
    options: Omit<WorkerOptions, 'connection'>,
  ): StageWorker;
}

/** What a job says: look at these ids. */
export interface RingData {
  ids: string[];
  dueAt: string;
}

/** When a job runs by the clock: every so many milliseconds, or as a cron pattern says. */
export interface Repeat {
  every?: number;
  pattern?: string;
  tz?: string;
}

export interface StageQueue {
  addBulk(
    jobs: {
      name: string;
      data: RingData;
      opts: { delay?: number; lifo?: boolean; removeOnComplete: boolean; removeOnFail: { count: number } };
    }[],
  ): Promise<unknown>;
  getJobCounts(...states: ('active' | 'waiting' | 'delayed' | 'failed')[]): Promise<Record<string, number>>;
  /** The next in line first. */
  getWaiting(start: number, end: number): Promise<{ data: RingData }[]>;
  /** Of what has not begun. */
  drain(delayed: boolean): Promise<unknown>;
  getJobScheduler(id: string): Promise<(Repeat & { template?: { data?: unknown } }) | undefined>;
  upsertJobScheduler(
    id: string,
    repeat: Repeat,
    template: {
      name: string;
      data: object;
      opts: { removeOnComplete: { count: number }; removeOnFail: { count: number } };
    },
  ): Promise<unknown>;
  close(): Promise<void>;
}

export interface StageWorker {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** Redis when there is one, otherwise PostgreSQL. @throws Error when it must not be used; that it is away `check` says. */
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
