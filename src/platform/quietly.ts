import type { Logger } from './log.ts';

const silenceMs = 5_000;

/** A connection that is lost says so a hundred times; the log says it once in five seconds. */
export function quietly(log: Pick<Logger, 'warn'>): (what: string) => (error: Error) => void {
  const saidAt = new Map<string, number>();
  return (what) => (error) => {
    const now = performance.now();
    if (now - (saidAt.get(what) ?? Number.NEGATIVE_INFINITY) < silenceMs) return;
    saidAt.set(what, now);
    log.warn({ err: error }, `${what}: connection trouble`);
  };
}
