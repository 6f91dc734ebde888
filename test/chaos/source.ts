import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Client } from '#test/support/client.ts';
import type { Planned } from './documents.ts';

/** A request that was taken in: we were told so. */
export interface Accepted extends Planned {
  id: string;
}

const pauseMs = 200;
const patienceMs = 120_000;
const clients = 20;

/**
 * A source system as it ought to be: it hands its documents over evenly within `overMs`, and what is not answered, or answered
 * with "not now", it sends again under the same Idempotency-Key. `onAccepted` is told of each one.
 */
export async function handIn(
  client: Client,
  documents: readonly Planned[],
  { overMs, onAccepted }: { overMs: number; onAccepted: (accepted: Accepted) => void },
): Promise<void> {
  const startedAt = performance.now();
  let next = 0;
  const work = async () => {
    while (next < documents.length) {
      const index = next++;
      await delay(Math.max(0, startedAt + (overMs * index) / documents.length - performance.now()));
      const planned = documents[index] as Planned;
      const accepted = { ...planned, id: await post(client, planned) };
      onAccepted(accepted);
      if (planned.cancel) await cancel(client, accepted);
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
}

async function post(client: Client, { body }: Planned): Promise<string> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const { status, bytes, json } = await untilAnswered(() => client.send(JSON.stringify(body), headers));
  if (status !== 202) throw new Error(`a good request was refused: ${status} ${bytes}`);
  return json.id as string;
}

async function cancel(client: Client, { id, cancel: when }: Accepted): Promise<void> {
  const path = `/api/v1/document-requests/${id}/cancel`;
  const { status, bytes } = await untilAnswered(() => client.fetch(path, { method: 'POST' }));
  const tooLate = status === 409 && when === 'whenever';
  if (status !== 202 && !tooLate) throw new Error(`a cancellation was refused: ${status} ${bytes}`);
}

/** Servers come back; a client that is patient gets an answer. */
async function untilAnswered(call: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const answer = await call().catch((error: Error) => error);
    if (!(answer instanceof Error) && !isNotNow(answer)) return answer;
    if (performance.now() > until) throw new Error(`no answer in ${patienceMs} ms`, { cause: answer });
    await delay(pauseMs);
  }
}

/** Too much, out of order, or an earlier sending of ours that is still being answered. */
const isNotNow = ({ status, json }: Answer): boolean =>
  status === 429 || status >= 500 || json?.code === 'OMS_IDEMPOTENCY_KEY_IN_USE';
