import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { JobCounts, JobStatus, QueueAdapterOptions, Status } from '@bull-board/api/typings/app';
import type { Job, Queue } from 'bullmq';
import { within } from '#processors/engine/within.ts';
import type { StageQueue } from '#queues/bullmq/backend.ts';

/** The queue's datastore must answer within this, or the whole board would wait for it. Milliseconds. */
const patienceMs = 1_000;

export type EngineRoomOptions = Pick<QueueAdapterOptions, 'prefix' | 'delimiter' | 'displayName' | 'description'>;

/**
 * One of BullMQ's own queues, to look at only: what is in it can be thrown away and is rung again from the rows. When its
 * datastore is out of reach it says so and shows nothing; the documents above do not depend on it.
 */
export class EngineRoomAdapter extends BullMQAdapter {
  #outOfReach = false;

  constructor(
    queue: StageQueue,
    options: EngineRoomOptions & Partial<Pick<QueueAdapterOptions, 'readOnlyMode' | 'allowRetries'>>,
  ) {
    // It is a whole BullMQ queue (the base class checks); its type says which backend it is on, and Bull Board's says Redis.
    super(queue as unknown as Queue, { readOnlyMode: true, ...options });
  }

  override getStatuses(): Status[] {
    return ['latest', ...this.getJobStatuses()];
  }

  /** Rings have no priority and no children, and a finished one is removed. */
  override getJobStatuses(): JobStatus[] {
    return ['active', 'waiting', 'delayed', 'failed'];
  }

  override getDescription(): string {
    return this.#outOfReach ? 'Out of reach at the moment; nothing is known of it' : super.getDescription();
  }

  override async getJobCounts(): Promise<JobCounts> {
    const none = Object.fromEntries(this.getJobStatuses().map((status) => [status, 0])) as JobCounts;
    return this.#orElse(none, () => super.getJobCounts());
  }

  override getJobs(statuses: JobStatus[], start?: number, end?: number): Promise<Job[]> {
    return this.#orElse([], () => super.getJobs(statuses, start, end));
  }

  override isPaused(): Promise<boolean> {
    return this.#orElse(false, () => super.isPaused());
  }

  override getGlobalConcurrency(): Promise<number | null> {
    return this.#orElse(null, async () => super.getGlobalConcurrency());
  }

  override getActiveRateLimitTtl(): Promise<number> {
    return this.#orElse(0, () => super.getActiveRateLimitTtl());
  }

  override getJobSchedulersCount(): Promise<number> {
    return this.#orElse(0, () => super.getJobSchedulersCount());
  }

  override getJobSchedulers(): ReturnType<BullMQAdapter['getJobSchedulers']> {
    return this.#orElse([], () => super.getJobSchedulers());
  }

  override getWorkers(): ReturnType<BullMQAdapter['getWorkers']> {
    return this.#orElse(null, () => super.getWorkers());
  }

  async #orElse<T>(neutral: T, ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await within(patienceMs, 'the queue', ask());
      this.#outOfReach = false;
      return answer;
    } catch {
      this.#outOfReach = true;
      return neutral;
    }
  }
}
