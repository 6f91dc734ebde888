import type { ServerResponse } from 'node:http';

const longestTimerMs = 2 ** 31 - 1;

export interface Listening extends Disposable {
  /** Aborted when there is no more sense in going on: the client has hung up, the process stops, or the time is over. */
  signal: AbortSignal;
}

/** For answers that take their time, so that nothing goes on for a client who is not there any more. */
export function whileListening(
  response: ServerResponse,
  { forMs, stopping }: { forMs: number; stopping: AbortSignal },
): Listening {
  const controller = new AbortController();
  const { signal } = controller;
  const end = () => controller.abort();
  const timer = setTimeout(end, Math.min(forMs, longestTimerMs));
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  response.once('close', end);
  stopping.addEventListener('abort', end, { signal });
  if (stopping.aborted || response.destroyed) end();
  return { signal, [Symbol.dispose]: end };
}
