/**
 * Waits among others, until somebody resolves it or the signal comes first, which answers `otherwise`.
 * @param enter takes the way to resolve it to where the others wait, and answers how to leave that place
 */
export async function unlessAborted<Answer>(
  signal: AbortSignal,
  otherwise: Answer,
  enter: (resolve: (answer: Answer) => void) => () => void,
): Promise<Answer> {
  if (signal.aborted) return otherwise;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const giveUp = () => resolve(otherwise);
  signal.addEventListener('abort', giveUp);
  const leave = enter(resolve);
  try {
    return await promise;
  } finally {
    leave();
    signal.removeEventListener('abort', giveUp);
  }
}
