import type { Client } from '#test/support/client.ts';
import { eventually } from '#test/support/eventually.ts';
import { readErrorRows, type Sample } from './evidence.ts';
import type { Receiver } from './receiver.ts';
import type { Accepted } from './source.ts';
import type { Supervised } from './supervised.ts';

/** Until all is said and done; what takes longer is left to the checker. */
const patienceMs = 90_000;

/** When it takes too long, the checker says who was not. */
export async function untilCalledBack({ calls }: Receiver, accepted: readonly Accepted[]): Promise<void> {
  const wanted = accepted.filter(({ body }) => body.callbackUrl !== undefined);
  const isDone = () => {
    const called = new Set(calls.filter(({ taken }) => taken).map(({ subject }) => subject));
    return wanted.every(({ id }) => called.has(id));
  };
  await eventually(isDone, { timeoutMs: patienceMs, everyMs: 100 }).catch(() => undefined);
}

/** A call may have been taken, and its answer too late for us: then it is made again, and until then the row is right. */
export async function errorsAtRest(sweep: Supervised): Promise<Sample[]> {
  let rows: Sample[] | undefined;
  const isAtRest = async () => {
    rows = await readErrorRows(sweep.url);
    return !rows.some(({ labels }) => labels.pipeline === 'callback');
  };
  await eventually(isAtRest, { timeoutMs: patienceMs, everyMs: 1_000 }).catch(() => undefined);
  if (!rows) throw new Error('the metrics do not say what is in the error table');
  return rows;
}

/** When it takes too long, the checker says what is open. */
export async function untilPublished(client: Client, count: number): Promise<void> {
  const ends = new Set<string>();
  let after: string | undefined;
  const isDone = async () => {
    const { items, next } = await client.feed(after);
    for (const { subject, data } of items) ends.add(`${subject} ${data.statusVersion}`);
    after = next ?? undefined;
    return ends.size >= count;
  };
  await eventually(isDone, { timeoutMs: patienceMs, everyMs: 100 }).catch(() => undefined);
}
