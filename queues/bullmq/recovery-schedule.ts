import { within } from '#processors/engine/within.ts';
import type { RingLog } from '../orchestration.ts';
import type { QueueBackend, Repeat, StageQueue } from './backend.ts';
import { orLater } from './or-later.ts';

/** What the queue, and the schedule in it, are called on the board. */
export const recoveryQueue = 'recovery';

export interface RecoverySchedule {
  backend: QueueBackend;
  everyMs: number;
  /** Ends early when aborted. */
  pass(stopping: AbortSignal): Promise<object>;
  log: RingLog;
  /** How often it is looked whether the schedule is still there. */
  lookEveryMs?: number;
}

const closeTimeoutMs = 2_000;
/** How soon it is tried again while the queue is away. */
const retryMs = 5_000;

/**
 * Runs a pass by the clock, in one process at a time. The schedule is BullMQ's, so an operator can run it now and change it
 * on the board. That change holds until the configuration says something else; an emptied datastore is given it again, and
 * one that is away as soon as it is back.
 */
export async function startRecoverySchedule(options: RecoverySchedule): Promise<AsyncDisposable> {
  const { backend, everyMs, pass, log, lookEveryMs = 60_000 } = options;
  const queue = backend.queue(recoveryQueue);
  const stopping = new AbortController();
  let underWay: Promise<unknown> = Promise.resolve();

  const schedule = async (): Promise<void> => {
    const known = await queue.getJobScheduler(recoveryQueue);
    // What is in the template is what was configured when it was made: an operator changes the schedule beside it.
    const ours = (known?.template?.data as { everyMs?: number } | undefined)?.everyMs === everyMs;
    if (known && ours && (await isArmed(queue))) return;
    await queue.upsertJobScheduler(recoveryQueue, known && ours ? repeatOf(known) : { every: everyMs }, {
      name: 'pass',
      data: { everyMs },
      // What they came to is shown on the board.
      opts: { removeOnComplete: { count: 50 }, removeOnFail: { count: 50 } },
    });
  };

  let looking: NodeJS.Timeout | undefined;
  const lookIn = (ms: number) => {
    if (!stopping.signal.aborted) looking = setTimeout(look, ms);
  };
  const look = () =>
    schedule().then(
      () => lookIn(lookEveryMs),
      (error) => {
        log.warn({ err: error }, 'recovery: could not look after its schedule, will try again');
        lookIn(Math.min(retryMs, lookEveryMs));
      },
    );
  await look();
  const worker = backend.worker(
    recoveryQueue,
    () => {
      const passed = pass(stopping.signal);
      underWay = passed.catch(() => undefined);
      return passed;
    },
    { concurrency: 1, maxStalledCount: 3 },
  );
  await orLater(worker.waitUntilReady(), 'recovery', log);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      clearTimeout(looking);
      const closed = worker.close();
      await underWay;
      await within(closeTimeoutMs, 'the queue', closed).catch((error) =>
        log.warn({ err: error }, 'recovery: no goodbye'),
      );
      await within(closeTimeoutMs, 'the queue', queue.close()).catch(() => undefined);
    },
  };
}

/** A schedule lives on by its next job. When that was thrown away it would never come again. */
async function isArmed(queue: StageQueue): Promise<boolean> {
  const { active = 0, waiting = 0, delayed = 0 } = await queue.getJobCounts('active', 'waiting', 'delayed');
  return active + waiting + delayed > 0;
}

/** When, as an operator has it. That it ends some day is not part of it: what has failed would wait for nobody. */
const repeatOf = ({ every, pattern, tz }: Repeat): Repeat => ({
  ...(pattern ? { pattern } : every && { every }),
  ...(tz && { tz }),
});
