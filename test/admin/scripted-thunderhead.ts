import type { BatchReport, DocumentGenerator } from '#processors/document/ports.ts';
import { Fault } from '#processors/engine/outcome.ts';

/** Does what a document's metadata key `SANDBOX` says: `refuse`, `unavailable`, `error`; otherwise all goes well. */
export function scriptedThunderhead() {
  const batches = new Map<number, string>();
  let submitted = 0;
  const wishOf = (properties: readonly { name: string; value: string }[]) =>
    properties.find(({ name }) => name === 'SANDBOX')?.value ?? '';
  const thunderhead = {
    brokerIsAway: false,
    offset: 0,
    /** Everything asked for from now on goes well. */
    isMended: false,
    async submit({ properties }) {
      const wish = thunderhead.isMended ? '' : wishOf(properties);
      if (wish === 'refuse') return { refused: { code: 'TH-400', message: 'no such template' } };
      if (wish === 'unavailable')
        throw new Fault({
          code: 'OMS_THUNDERHEAD_UNAVAILABLE',
          category: 'THUNDERHEAD_ERROR',
          description: 'answered 503',
        });
      batches.set(++submitted, wish);
      return { batchId: submitted };
    },
    find: async () => [],
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
    errors: async () => [{ code: 'TH-7', message: 'the field CustomerName is missing' }],
  } satisfies DocumentGenerator & Record<string, unknown>;
  return thunderhead;
}
