/**
 * When to stop: at Ctrl-C and SIGTERM, and when the npm that runs us is gone (its shell dies of a signal without passing
 * it on, and the whole system would stay behind). Asked twice we go at once; what still runs then gets its own stop
 * signal from the kernel, or is cleared up by the next start.
 */
export function stopSignal(environment: NodeJS.ProcessEnv): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // One Ctrl-C arrives twice: from the terminal, and passed on by npm.
      if (stop.signal.aborted && Date.now() - askedAt > 1_000) process.exit(130);
      askedAt ||= Date.now();
      stop.abort();
    });
  }
  if (environment.npm_lifecycle_event) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      stop.abort();
    }, 500).unref();
  }
  // Whoever reads our output may go away before us.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return stop.signal;
}
