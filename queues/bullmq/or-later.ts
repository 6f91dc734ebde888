import { within } from '#processors/engine/within.ts';
import type { RingLog } from '../orchestration.ts';

/** How long a start waits for queues that may be away. */
const patienceMs = 3_000;

/** Waits for what begins as soon as the queues are there. While they are away the process goes on without it. */
export async function orLater(begun: Promise<unknown>, what: string, log: RingLog): Promise<void> {
  await within(patienceMs, 'the queue', begun).catch((error: Error & { code?: string }) => {
    if (error.code !== 'ETIMEDOUT') throw error;
    log.warn({ err: error }, `the queues are away: the ${what} begins when they are back`);
  });
}
