import type { JobStatus, QueueJobJson } from '@bull-board/api/typings/app';
import type { StageQueue } from '#queues/bullmq/backend.ts';
import { EngineRoomAdapter, type EngineRoomOptions } from './engine-room-adapter.ts';
import { type Operable, Refusal, scheduleCalls } from './refusal.ts';

type Update = EngineRoomAdapter['updateJobScheduler'];

/**
 * The queue of a job that runs by the clock: it can be run now, and told when to run. Nothing else can be done to it. Its
 * runs are kept for a while, and each says what it came to.
 */
export class ScheduleAdapter extends EngineRoomAdapter implements Operable {
  readonly calls = scheduleCalls;

  constructor(queue: StageQueue, options: EngineRoomOptions) {
    super(queue, { ...options, readOnlyMode: false, allowRetries: false });
    this.setFormatter('name', ({ name, returnvalue }: QueueJobJson) => [name, outcomeOf(returnvalue)].join(''));
  }

  override getJobStatuses(): JobStatus[] {
    return ['active', 'waiting', 'delayed', 'completed', 'failed'];
  }

  /** With an end it would be removed some day, which is refused today. */
  override updateJobScheduler(...[id, repeat]: Parameters<Update>): ReturnType<Update> {
    if (repeat.limit !== undefined || repeat.endDate !== undefined) return Promise.reject(new Refusal(withoutEnd));
    return super.updateJobScheduler(id, repeat);
  }
}

const withoutEnd =
  'Not possible here: what looks for what can be recovered never ends, so leave the limit and the end date empty.';

/** `: announced 1, deleted 0, recovered 3` */
const outcomeOf = (value: unknown): string =>
  value && typeof value === 'object'
    ? `: ${Object.entries(value)
        .sort()
        .map(([what, count]) => `${what} ${count}`)
        .join(', ')}`
    : '';
