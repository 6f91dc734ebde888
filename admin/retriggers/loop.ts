import { retriggerTurn, type TurnParts } from './turn.ts';

export interface RetriggerLoopParts extends Omit<TurnParts, 'stopping'> {
  intervalMs?: number;
  log: { info(about: object, message: string): void; warn(about: object, message: string): void };
}

/** Works on the plans for as long as this process runs; another one goes on where it ends, however it ends. */
export function startRetriggers({ intervalMs = 1_000, log, ...parts }: RetriggerLoopParts): AsyncDisposable {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const next = () => {
    if (stop.signal.aborted) return;
    timer = setTimeout(() => {
      turn = retriggerTurn({ ...parts, stopping: stop.signal })
        .then((went) => {
          if (went > 0) log.info({ went }, 'retriggers: set documents going');
        })
        .catch((error) => log.warn({ err: error }, 'retriggers: could not work on the plans, will try again'))
        .finally(next);
    }, intervalMs);
  };
  next();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearTimeout(timer);
      await turn;
    },
  };
}
