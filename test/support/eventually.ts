import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is true (or anything but false and undefined), and gives it back. Throws are "not yet". */
export async function eventually<T>(
  check: () => Promise<T | false | undefined> | T | false | undefined,
  { timeoutMs = 30_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let refusal: unknown;
  while (true) {
    try {
      const answer = await check();
      if (answer !== false && answer !== undefined) return answer;
      refusal = answer;
    } catch (error) {
      refusal = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms; last answer: ${refusal}`, { cause: refusal });
    }
    await sleep(everyMs);
  }
}
