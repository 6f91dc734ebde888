/** What a judge or a test may look at and turn (`/sandbox`): counts, what was accepted, outages, the pace. */

import type { Reply, Route } from '../http.ts';
import { report } from './batch.ts';
import type { Batches } from './batches.ts';
import { fail } from './failures.ts';
import { knownFaults } from './faults.ts';
import { readJson } from './submission.ts';

export type Outage = 'none' | 'unavailable' | 'hang';

export interface Dials {
  outage: Outage;
  batchMs: number;
  /** Calls of each operation, refused ones and those during an outage included. */
  calls: Record<string, number>;
  /** How often a script has turned a submit away, by its Idempotency-Key (or batch name). */
  attempts: Map<string, number>;
}

const outages: readonly unknown[] = ['none', 'unavailable', 'hang'] satisfies Outage[];
const mostShown = 1000;

export function control(dials: Dials, batches: Batches, now: () => number): Route[] {
  const counts = () => ({
    calls: dials.calls,
    submitCalls: (dials.calls.submitDocument ?? 0) + (dials.calls.submitBatch ?? 0),
    accepted: batches.accepted,
    acceptedTwice: [...batches.acceptedTwice],
    batches: batches.size,
  });
  return [
    {
      method: 'GET',
      path: '',
      name: 'help',
      handle: () => ok({ faults: knownFaults, outages, outage: dials.outage, batchMs: dials.batchMs, ...counts() }),
    },
    { method: 'GET', path: '/counts', name: 'counts', handle: () => ok(counts()) },
    {
      method: 'GET',
      path: '/accepted',
      name: 'accepted',
      handle: ({ query }) => {
        const found = batches.all(query.get('correlationId') ?? undefined).slice(-mostShown);
        return ok({
          accepted: found.map((batch) => ({
            ...report(batch, now()),
            idempotencyKey: batch.key,
            acceptedAt: new Date(batch.acceptedAt).toISOString(),
          })),
        });
      },
    },
    {
      method: 'POST',
      path: '/outage',
      name: 'outage',
      handle({ body }) {
        const { mode } = readJson(body);
        if (!outages.includes(mode)) throw fail('INVALID_REQUEST', `mode must be one of ${outages.join(', ')}.`);
        dials.outage = mode as Outage;
        return ok({ mode });
      },
    },
    {
      method: 'POST',
      path: '/batch-ms',
      name: 'batch-ms',
      handle({ body }) {
        const { ms } = readJson(body);
        if (!Number.isSafeInteger(ms) || (ms as number) < 0) {
          throw fail('INVALID_REQUEST', 'ms must be a whole number of milliseconds, 0 or more.');
        }
        dials.batchMs = ms as number;
        return ok({ ms });
      },
    },
    {
      method: 'POST',
      path: '/reset',
      name: 'reset',
      async handle() {
        dials.outage = 'none';
        dials.calls = {};
        dials.attempts.clear();
        await batches.clear();
        return ok({ reset: true });
      },
    },
  ];
}

const ok = (json: unknown): Reply => ({ status: 200, json });
