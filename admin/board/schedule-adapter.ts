import type { StageQueue } from '#queues/bullmq/backend.ts';
import { EngineRoomAdapter, type EngineRoomOptions } from './engine-room-adapter.ts';
import { type Operable, scheduleCalls } from './refusal.ts';

/** The queue of a job that runs by the clock: it can be run now, and told when to run. Nothing else can be done to it. */
export class ScheduleAdapter extends EngineRoomAdapter implements Operable {
  readonly calls = scheduleCalls;

  constructor(queue: StageQueue, options: EngineRoomOptions) {
    super(queue, { ...options, readOnlyMode: false, allowRetries: false });
  }
}
