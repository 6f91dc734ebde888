import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { GroupCommit } from '#processors/engine/group-commit.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import { inTransaction, isPoison, persistently } from '#processors/engine/transaction.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { CallbackAllowance } from '#src/callbacks/allowance.ts';
import { Problem, shortened } from '../problem.ts';
import type { DocumentRequestBody } from './document-request.ts';
import { type Entry, type Existing, entryOf, insertRequests } from './insert-requests.ts';

export interface Intake {
  /** Resolves when the request is on disk. A repeated one resolves to the first. @throws Problem */
  accept(request: DocumentRequestBody, client: string): Promise<Accepted>;
}

export interface Accepted {
  id: string;
  /** The request was already here. */
  repeated: boolean;
}

export interface IntakeOptions {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  pipeline: { name: string; firstStage: string };
  /** Whether a client may have an address called back; without it, none. */
  allowance?: CallbackAllowance;
  /** Told about every request that is new, when it is on disk. */
  received?: ((request: Pick<DocumentRequestBody, 'sourceSystem' | 'documentType'>) => void) | undefined;
  /** How many requests share an insert at the most, and how many inserts may be out at the same time. */
  group?: { capacity: number; lanes: number };
}

/** More in one insert make it no cheaper, only longer; a second one is prepared while the first waits for the disk. */
const usualGroup = { capacity: 200, lanes: 2 };

/** Takes requests in. Those that arrive together share one insert and one signal; a lone one waits for nobody. */
export function openIntake(options: IntakeOptions): Intake {
  const { pool, clock, orchestration, pipeline, allowance = nobody, received, group: size = usualGroup } = options;
  const group = new GroupCommit<Entry, Existing>({
    ...size,
    isPoison,
    flush: async (entries) => {
      const now = clock.now();
      const existing = await persistently(
        () => inTransaction(pool, (transaction) => insertRequests(transaction, entries, now, pipeline)),
        { giveUpAfterMs: 2_000 },
      );
      const taken = entries.filter(({ id }, index) => existing[index]?.id === id);
      if (received) for (const { request } of taken) received(request);
      // Not awaited: the rows are safe, and a lost ring only delays them.
      void orchestration.signal(
        signalsFor(
          pipeline.name,
          taken.map(({ id, notBefore, request: { priority } }) => ({
            ...{ id, priority, stage: pipeline.firstStage },
            dueAt: notBefore ?? now,
          })),
          now,
        ),
      );
      return existing;
    },
  });

  return {
    async accept(request, client) {
      if (request.callbackUrl !== undefined) refuseCallback(await allowance(request.callbackUrl, client));
      const entry = entryOf(request, client);
      const existing = await group.submit(entry);
      if (!existing.bodyHash.equals(entry.bodyHash))
        throw new Problem(
          'OMS_CORRELATION_ID_TAKEN',
          `request ${existing.id} of ${request.sourceSystem} has this requestCorrelationId and another body`,
          { errors: [{ field: 'requestCorrelationId', message: 'is taken by a request with another body' }] },
        );
      return { id: existing.id, repeated: existing.id !== entry.id };
    },
  };
}

const nobody: CallbackAllowance = async () => 'callbacks are not configured here';

function refuseCallback(message: string | undefined): void {
  if (message === undefined) return;
  throw new Problem('OMS_CALLBACK_FORBIDDEN', 'nobody is called back at this address', {
    errors: [{ field: 'callbackUrl', message: shortened(message) }],
  });
}
