import { setTimeout as delay } from 'node:timers/promises';

/**
 * Answers as they come, in waves: everything at once when nothing lags, otherwise what is there `lingerMs` after the
 * first answer. So a chunk stays together, and a straggler holds nobody back.
 */
export async function* waves<T>(answers: readonly Promise<T>[], lingerMs: number): AsyncGenerator<T[], void, void> {
  let arrived: T[] = [];
  let missing = answers.length;
  let wake = () => {};
  for (const answer of answers)
    void answer.then((value) => {
      arrived.push(value);
      missing--;
      wake();
    });
  const all = Promise.all(answers);
  while (missing > 0 || arrived.length > 0) {
    if (arrived.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    if (missing > 0) {
      const patience = new AbortController();
      await Promise.race([all, delay(lingerMs, undefined, { signal: patience.signal }).catch(() => {})]);
      patience.abort();
    }
    const wave = arrived;
    arrived = [];
    yield wave;
  }
}
