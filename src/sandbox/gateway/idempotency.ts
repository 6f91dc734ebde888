/**
 * Idempotency-Key, no stronger than gateways have it: what is kept is an answer, not the fact that a batch was accepted.
 * A call that ended without an answer leaves nothing behind, and its blind resend is accepted a second time.
 */
import { hash } from 'node:crypto';
import { boundedMap } from '../bounded-map.ts';
import type { Answer, Reply } from '../http.ts';
import { fail } from './failures.ts';

export interface Idempotency {
  /** The kept answer, word for word; else that of `run`, kept when it is a 202. @throws Failure */
  once(key: string | undefined, body: Buffer, run: () => Promise<Answer>): Promise<Answer>;
  clear(): void;
}

const mostKeys = 100_000;

export function openIdempotency(): Idempotency {
  const kept = boundedMap<string, { bodyHash: string; reply: Reply | null }>(mostKeys);
  return {
    async once(key, body, run) {
      if (key === undefined) return run();
      const bodyHash = hash('sha1', body, 'base64');
      const earlier = kept.get(key);
      if (earlier) {
        if (earlier.bodyHash !== bodyHash) throw fail('KEY_REUSED');
        if (!earlier.reply) throw fail('UNDER_WAY');
        return earlier.reply;
      }
      const mine = { bodyHash, reply: null as Reply | null };
      kept.set(key, mine);
      try {
        const answer = await run();
        if (typeof answer === 'object' && answer.status === 202) mine.reply = answer;
        return answer;
      } finally {
        if (!mine.reply && kept.get(key) === mine) kept.delete(key);
      }
    },
    clear: kept.clear,
  };
}
