import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 100;
const troubledMs = 1_000;

export interface PollOptions {
  /** One question for all who wait. When it throws, it is asked again a little later: the rows are still there. */
  ask(): Promise<void>;
  isWaitedFor(): boolean;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
}

/**
 * Asks the database one question, ten times a second, while somebody waits for its answer; while nobody does it costs
 * nothing. Returns what a newcomer calls.
 *
 * Not LISTEN/NOTIFY: a transaction that notifies takes, at its commit, a lock that the whole server shares, and the
 * group commits of all workers would queue behind it, whether or not a client listens.
 */
export function pollWhile({ ask, isWaitedFor, stopping }: PollOptions): () => void {
  let polling = false;
  const poll = async () => {
    while (isWaitedFor() && !stopping.aborted) {
      const pauseMs = await ask().then(
        () => everyMs,
        () => troubledMs,
      );
      await sleep(pauseMs, undefined, { ref: false });
    }
    polling = false;
  };
  return () => {
    if (polling) return;
    polling = true;
    void poll();
  };
}
