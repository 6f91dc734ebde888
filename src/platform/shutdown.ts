import type { Logger } from './log.ts';

/** How long what is in hand may take to settle. Kubernetes kills after 30 s. No setting may let a run take longer. */
export const settleWithinMs = 25_000;

/** Resolves on SIGTERM or SIGINT. A second signal, or a drain that takes too long, ends the process at once. */
export function untilToldToStop(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const stop = (signal: NodeJS.Signals) => {
      if (told) process.exit(1);
      told = true;
      log.info({ signal }, 'stopping: taking no new work, settling what is in hand');
      endInAnyCase(log);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/** From now on it may take so long and no longer, whatever hangs. */
export function endInAnyCase(log: Logger): void {
  setTimeout(() => {
    log.error('gave up waiting; what is left is taken over when its lease is over');
    process.exit(1);
  }, settleWithinMs).unref();
}
