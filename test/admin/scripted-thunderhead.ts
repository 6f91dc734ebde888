import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { KnownBatch } from '#processors/document/document.ts';
import { closeIntents, storeIntents } from '#processors/document/intents.ts';
import type { BatchReport, DocumentGenerator, Handover } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';

/** Does what a document's metadata key `SANDBOX` says: `refuse`, `fail`, `error`; otherwise all goes well. */
export function scriptedThunderhead({ pool, clock }: { pool: Pool; clock: Clock }) {
  const batches = new Map<number, string>();
  let submitted = 0;
  const wishOf = (properties: readonly { name: string; value: string }[]) =>
    properties.find(({ name }) => name === 'SANDBOX')?.value ?? '';
  const thunderhead = {
    brokerIsAway: false,
    offset: 0,
    /** Everything asked for from now on goes well. */
    isMended: false,
    async submit(handover) {
      const wish = thunderhead.isMended ? '' : wishOf(handover.properties);
      if (wish === 'fail') return { kind: 'failed', message: { code: 'TH-5001', message: 'no composer is free' } };
      const intended = batchOf(handover, clock.now());
      const reason = `intended: hand-over ${intended.name}`;
      await storeIntents(pool, { batches: [{ handover, batch: intended }], reason, at: clock.now() });
      if (wish === 'refuse') {
        await closeIntents(pool, { batches: [{ handover, batch: intended }], at: clock.now() });
        return { kind: 'refused', message: { code: 'TH-400', message: 'no such template' } };
      }
      batches.set(++submitted, wish);
      return { kind: 'accepted', batch: { ...intended, thunderheadBatchId: submitted } };
    },
    find: async () => null,
    async status(batchId): Promise<BatchReport> {
      const status = batches.get(batchId) === 'error' ? 'ERRORED' : 'COMPLETED';
      const none = { completed: 0, errored: 0, stopped: 0, workflow: 0 };
      return {
        batchId,
        batchName: `batch ${batchId}`,
        status,
        statusText: '',
        final: true,
        transactions: { count: 1, ...none },
        channelJobs: { created: 1, ...none },
        documents: [],
      };
    },
    stop: async () => false,
    details: async () => ({
      transactions: new Map(),
      messages: [{ code: 'TH-7', message: 'the field CustomerName is missing' }],
    }),
  } satisfies DocumentGenerator & Record<string, unknown>;
  return thunderhead;
}

/** Each document travels alone. */
const batchOf = ({ progress, no }: Handover, intendedAt: Date): KnownBatch => ({
  ...{ id: uuidv7(), round: progress.round, handover: no, correlationId: progress.id },
  name: `OMS-${progress.id}-${progress.round}-${no}`,
  ...{ thunderheadBatchId: null, transactionNo: 1, transactionCount: 1, dmsDocumentId: null, intendedAt },
  confirmedAt: null,
  unanswered: 0,
  status: 'PROCESSING_OMS',
});
