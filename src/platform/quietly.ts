import type { Logger } from './log.ts';

const silenceMs = 5_000;

/** A connection that is lost says so a hundred times; the log says it once in five seconds. */
export function quietly(log: Pick<Logger, 'warn'>): (what: string) => (error: Error) => void {
  return (what) => seldom((error: Error) => log.warn({ err: error }, `${what}: connection trouble`));
}

/** Says it once in five seconds, whoever wants it said. */
export function seldom<T extends unknown[]>(say: (...about: T) => void): (...about: T) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (...about) => {
    const now = performance.now();
    if (now - saidAt < silenceMs) return;
    saidAt = now;
    say(...about);
  };
}
