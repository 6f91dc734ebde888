/**
 * Every batch the job server knows: found by number, and by correlation id. Holds what it was told; how a batch stands
 * is worked out elsewhere (`batch.ts`) from the time. And the judge: whatever names or keys were used, a correlation id
 * that is accepted while an earlier acceptance has not gone wrong is a letter printed twice.
 */
import { type Batch, hasGoneWrong, isLost } from './batch.ts';
import { noJournal, openJournal } from './journal.ts';
import { openShelf } from './shelf.ts';

export interface Batches {
  readonly size: number;
  /** Transactions: documents. */
  readonly accepted: number;
  readonly acceptedBatches: number;
  readonly acceptedTwice: ReadonlySet<string>;
  /** Kept at once; the promise resolves when it would survive a kill. */
  accept(batch: Omit<Batch, 'batchId' | 'firstDms'>, content: string): Promise<Batch>;
  cancel(batch: Batch, at: number): Promise<void>;
  /** Undefined when it was never accepted, or is lost by now. */
  find(batchId: number): Batch | undefined;
  /** By the batch's own correlation id, or that of any of its transactions. */
  under(correlationId: string): readonly Batch[];
  /** The inspector's view: the lost ones too, newest last. */
  all(correlationId?: string): readonly Batch[];
  contentOf(batch: Batch): string | undefined;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface Keeping {
  now: () => number;
  state?: string | undefined;
  /** How much content is kept before the oldest is purged. */
  contentBytes: number;
  /** How many documents are known before the oldest batch is forgotten, also by the judge. */
  mostDocuments: number;
}

type Entry = { batch: Batch; content?: string } | { cancel: number; at: number };

export async function openBatches({ now, state, contentBytes, mostDocuments }: Keeping): Promise<Batches> {
  const shelf = openShelf(contentBytes);
  const byId = new Map<number, Batch>();
  const byCorrelation = new Map<string, Batch[]>();
  const acceptedTwice = new Set<string>();
  let known = 0;
  let accepted = 0;
  let acceptedBatches = 0;
  // Seconds since 2026: without a state file, a new life of the sandbox does not answer for batches of the last one.
  let nextId = Math.max(1, Math.floor((now() - Date.UTC(2026, 0, 1)) / 1000));
  let nextDms = nextId;

  const forget = (batch: Batch) => {
    byId.delete(batch.batchId);
    known -= batch.count;
    for (const id of new Set([batch.correlationId, ...lettersIn(batch)])) {
      const rest = (byCorrelation.get(id) ?? []).filter((other) => other !== batch);
      if (rest.length > 0) byCorrelation.set(id, rest);
      else byCorrelation.delete(id);
    }
  };

  const judge = (batch: Batch) => {
    const seen = new Set<string>();
    for (const id of lettersIn(batch)) {
      if (id === '') continue;
      // Whatever stands before the last acceptance has gone wrong, or was counted when that one came.
      const before = byCorrelation.get(id)?.findLast((other) => lettersIn(other).includes(id));
      if (seen.has(id) || (before && !hasGoneWrong(before, id, batch.acceptedAt))) acceptedTwice.add(id);
      seen.add(id);
    }
  };

  const keep = (batch: Batch, content: string | undefined) => {
    judge(batch);
    if (content !== undefined) shelf.put(batch.batchId, content);
    byId.set(batch.batchId, batch);
    for (const id of batch.transactions ? new Set([batch.correlationId, ...lettersIn(batch)]) : [batch.correlationId]) {
      const siblings = byCorrelation.get(id);
      if (siblings) siblings.push(batch);
      else byCorrelation.set(id, [batch]);
    }
    nextId = Math.max(nextId, batch.batchId + 1);
    nextDms = Math.max(nextDms, batch.firstDms + batch.count);
    known += batch.count;
    accepted += batch.count;
    acceptedBatches += 1;
    for (const oldest of byId.values()) {
      if (known <= mostDocuments || oldest === batch) break;
      forget(oldest);
    }
  };

  const replay = (entry: Entry) => {
    if ('batch' in entry) keep(entry.batch, entry.content);
    else if (byId.has(entry.cancel)) (byId.get(entry.cancel) as Batch).cancelledAt = entry.at;
  };
  function* worthKeeping(): Iterable<Entry> {
    for (const batch of byId.values()) {
      const content = shelf.get(batch.batchId);
      yield content === undefined ? { batch } : { batch, content };
    }
  }
  const journal = state ? await openJournal(state, (entry) => replay(entry as Entry), worthKeeping) : noJournal;

  return {
    get size() {
      return byId.size;
    },
    get accepted() {
      return accepted;
    },
    get acceptedBatches() {
      return acceptedBatches;
    },
    acceptedTwice,
    async accept(told, content) {
      const batch = { ...told, batchId: nextId, firstDms: nextDms };
      keep(batch, content);
      await journal.append({ batch, content });
      return batch;
    },
    async cancel(batch, at) {
      batch.cancelledAt = at;
      await journal.append({ cancel: batch.batchId, at });
    },
    find(batchId) {
      const batch = byId.get(batchId);
      return batch && !isLost(batch, now()) ? batch : undefined;
    },
    under: (correlationId) => (byCorrelation.get(correlationId) ?? []).filter((batch) => !isLost(batch, now())),
    all: (correlationId) =>
      correlationId === undefined ? [...byId.values()] : (byCorrelation.get(correlationId) ?? []),
    contentOf: (batch) => shelf.get(batch.batchId),
    async clear() {
      byId.clear();
      byCorrelation.clear();
      acceptedTwice.clear();
      shelf.clear();
      known = 0;
      accepted = 0;
      acceptedBatches = 0;
      await journal.clear();
    },
    close: () => journal.close(),
  };
}

/** The correlation ids whose letters it prints: its transactions' own where they have them. */
const lettersIn = ({ transactions, correlationId }: Batch): readonly string[] =>
  transactions ? transactions.map((transaction) => transaction.correlationId) : [correlationId];
