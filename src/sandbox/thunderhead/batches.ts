/**
 * Every batch the job server knows: found by number, by correlation id, by Idempotency-Key and by name. Holds what it
 * was told; how a batch stands is worked out elsewhere (`batch.ts`) from the time.
 */
import { type Batch, isLost } from './batch.ts';
import { noJournal, openJournal } from './journal.ts';
import { openShelf } from './shelf.ts';

export interface Batches {
  readonly size: number;
  readonly accepted: number;
  /** Correlation ids under which one batch name was accepted more than once: letters printed twice. */
  readonly acceptedTwice: ReadonlySet<string>;
  /** Kept at once; the promise resolves when it would survive a kill. */
  accept(batch: Omit<Batch, 'batchId' | 'firstDms'>, content: string): Promise<Batch>;
  cancel(batch: Batch, at: number): Promise<void>;
  /** Undefined when it was never accepted, or is lost by now. */
  find(batchId: number): Batch | undefined;
  under(correlationId: string): readonly Batch[];
  /** The inspector's view: the lost ones too, newest last. */
  all(correlationId?: string): readonly Batch[];
  repeatOf(key: string): Batch | undefined;
  contentOf(batch: Batch): string | undefined;
  /** What has been accepted so far is safe from a kill. */
  written(): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface Keeping {
  now: () => number;
  state?: string | undefined;
  /** How much content is kept before the oldest is purged. */
  contentBytes: number;
  /** How many batches are known before the oldest is forgotten. */
  mostBatches: number;
}

type Entry = { batch: Batch; content?: string } | { cancel: number; at: number };

export async function openBatches({ now, state, contentBytes, mostBatches }: Keeping): Promise<Batches> {
  const shelf = openShelf(contentBytes);
  const byId = new Map<number, Batch>();
  const byCorrelation = new Map<string, Batch[]>();
  const byKey = new Map<string, Batch>();
  const byName = new Map<string, Batch>();
  const acceptedTwice = new Set<string>();
  let accepted = 0;
  // Seconds since 2026: without a state file, a new life of the sandbox does not answer for batches of the last one.
  let nextId = Math.max(1, Math.floor((now() - Date.UTC(2026, 0, 1)) / 1000));
  let nextDms = nextId;
  let lastWrite = Promise.resolve();

  const forget = (batch: Batch) => {
    byId.delete(batch.batchId);
    if (batch.key !== null && byKey.get(batch.key) === batch) byKey.delete(batch.key);
    if (byName.get(batch.batchName) === batch) byName.delete(batch.batchName);
    const rest = (byCorrelation.get(batch.correlationId) ?? []).filter((other) => other !== batch);
    if (rest.length > 0) byCorrelation.set(batch.correlationId, rest);
    else byCorrelation.delete(batch.correlationId);
  };

  const keep = (batch: Batch, content: string | undefined) => {
    if (content !== undefined) shelf.put(batch.batchId, content);
    byId.set(batch.batchId, batch);
    const siblings = byCorrelation.get(batch.correlationId);
    if (siblings) siblings.push(batch);
    else byCorrelation.set(batch.correlationId, [batch]);
    if (batch.key !== null) byKey.set(batch.key, batch);
    if (byName.has(batch.batchName)) acceptedTwice.add(batch.correlationId);
    byName.set(batch.batchName, batch);
    nextId = Math.max(nextId, batch.batchId + 1);
    nextDms = Math.max(nextDms, batch.firstDms + batch.count);
    accepted += 1;
    if (byId.size > mostBatches) {
      const [oldest] = byId.values();
      if (oldest) forget(oldest);
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
  const write = (entry: Entry) => {
    lastWrite = journal.append(entry);
    return lastWrite;
  };

  return {
    get size() {
      return byId.size;
    },
    get accepted() {
      return accepted;
    },
    acceptedTwice,
    async accept(told, content) {
      const batch = { ...told, batchId: nextId, firstDms: nextDms };
      keep(batch, content);
      await write({ batch, content });
      return batch;
    },
    async cancel(batch, at) {
      batch.cancelledAt = at;
      await write({ cancel: batch.batchId, at });
    },
    find(batchId) {
      const batch = byId.get(batchId);
      return batch && !isLost(batch, now()) ? batch : undefined;
    },
    under: (correlationId) => (byCorrelation.get(correlationId) ?? []).filter((batch) => !isLost(batch, now())),
    all: (correlationId) =>
      correlationId === undefined ? [...byId.values()] : (byCorrelation.get(correlationId) ?? []),
    repeatOf: (key) => byKey.get(key),
    contentOf: (batch) => shelf.get(batch.batchId),
    written: () => lastWrite,
    async clear() {
      for (const index of [byId, byCorrelation, byKey, byName, acceptedTwice]) index.clear();
      shelf.clear();
      accepted = 0;
      await journal.clear();
    },
    close: () => journal.close(),
  };
}
