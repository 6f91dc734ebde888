import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { QueueAdapterOptions, QueueMetrics } from '@bull-board/api/typings/app';
import { refuse } from './refusal.ts';

/** What the board takes for a queue and is a look at the tables: to look at only, unless whoever extends it says otherwise. */
export abstract class TableAdapter extends BaseAdapter {
  constructor(options: Partial<QueueAdapterOptions & { allowCompletedRetries: boolean }>) {
    // Not 'bullmq': for those the board opens flows and global concurrency, which only a real queue has.
    super('bull', options);
  }

  isPaused = async () => false;
  pause: () => Promise<void> = refuse;
  resume: () => Promise<void> = refuse;
  promoteAll: () => Promise<void> = refuse;

  async getMetrics(_what: 'completed' | 'failed'): Promise<QueueMetrics> {
    return { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 };
  }

  // What a queue has and a table does not.
  override getDatastoreStats = async () => null;
  getRedisInfo = async () => null;
  getGlobalConcurrency = async () => null;
  getJobSchedulers = async () => [];
  getJobSchedulersCount = async () => 0;

  // No route leads here, see `refusal.ts`.
  clean = refuse;
  addJob = refuse;
  empty = refuse;
  obliterate = refuse;
  removeJobScheduler = refuse;
  updateJobScheduler = refuse;
  runJobSchedulerNow = refuse;
  setGlobalConcurrency = refuse;
}
