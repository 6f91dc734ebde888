import type { PoolClient } from 'pg';
import { begin } from '#processors/engine/begin.ts';
import { type Signal, signalsFor } from '#processors/engine/signal.ts';
import type { DocumentFacts } from './document.ts';

/** Where a final status that is to be posted to its source goes on; the item there is the event. */
export interface Callbacks {
  pipeline: string;
  stage: string;
}

/** Writes what the runs of a flush learnt, kind by kind. */
export async function keepDocumentFacts(
  facts: readonly DocumentFacts[],
  transaction: PoolClient,
  callbacks: Callbacks | undefined,
): Promise<void> {
  const of = <Kind extends DocumentFacts['kind']>(kind: Kind) =>
    facts.filter((fact): fact is Extract<DocumentFacts, { kind: Kind }> => fact.kind === kind);
  await confirmBatches(of('confirmed'), transaction);
  await closeBatches(of('unaccepted'), transaction);
  await updateBatches(of('reported'), transaction);
  await stampCancellations(of('stopping'), transaction);
  await insertEvents(of('published'), transaction);
  if (callbacks) await beginCallbacks(of('published').filter(isCalledBack), transaction, callbacks);
}

type Fact<Kind extends DocumentFacts['kind']> = Extract<DocumentFacts, { kind: Kind }>;

/** Thunderhead has it. The row was there before; see `intents.ts`. */
async function confirmBatches(facts: readonly Fact<'confirmed'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-confirm-batches',
    text: `update batch b set thunderhead_batch_id = c.thunderhead_batch_id, status = 'PROCESSING_THUNDERHEAD',
        sent_at = coalesce(b.sent_at, b.created_at), confirmed_at = c.at, updated_at = c.at
      from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as c (id, thunderhead_batch_id, at)
      where b.id = c.id and b.status in ('PROCESSING_OMS', 'FAILED_OMS', 'PROCESSING_THUNDERHEAD')`,
    values: [
      facts.map(({ batchId }) => batchId),
      facts.map(({ thunderheadBatchId }) => thunderheadBatchId),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
}

async function closeBatches(facts: readonly Fact<'unaccepted'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query(
    `update batch b set status = 'FAILED_OMS', updated_at = u.at from unnest($1::uuid[], $2::timestamptz[]) as u (id, at)
     where b.id = u.id and b.status = 'PROCESSING_OMS'`,
    [facts.map(({ batchId }) => batchId), facts.map(({ at }) => at.toISOString())],
  );
}

async function updateBatches(facts: readonly Fact<'reported'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-update-batches',
    text: `update batch b set status = r.status, status_text = r.status_text, dms_document_id = r.dms_document_id,
        transactions = r.transactions, channel_jobs = r.channel_jobs, updated_at = r.at
      from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[], $6::jsonb[], $7::timestamptz[])
        as r (id, status, status_text, dms_document_id, transactions, channel_jobs, at)
      where b.id = r.id`,
    values: [
      facts.map(({ batchId }) => batchId),
      facts.map(({ status }) => status),
      facts.map(({ report }) => report.statusText),
      facts.map(({ dmsDocumentId }) => dmsDocumentId),
      facts.map(({ report }) => JSON.stringify(report.transactions)),
      facts.map(({ report }) => JSON.stringify(report.channelJobs)),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
}

async function insertEvents(facts: readonly Fact<'published'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query({
    name: 'oms-insert-events',
    text: `insert into status_event (id, request_id, type, topic, data, kafka_partition, kafka_offset, published_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::json[], $6::int[], $7::bigint[], $8::timestamptz[])
      on conflict (id) do nothing`,
    values: [
      facts.map(({ event }) => event.id),
      facts.map(({ event }) => event.subject),
      facts.map(({ event }) => event.type),
      facts.map(({ topic }) => topic),
      facts.map(({ event }) => JSON.stringify(event.data)),
      facts.map(({ partition }) => partition),
      facts.map(({ offset }) => offset),
      facts.map(({ at }) => at.toISOString()),
    ],
  });
}

/** The first time counts: from then on a stop may be our doing. */
async function stampCancellations(facts: readonly Fact<'stopping'>[], transaction: PoolClient): Promise<void> {
  if (facts.length === 0) return;
  await transaction.query(
    `update cancellation c set passed_on_at = coalesce(passed_on_at, s.at)
     from unnest($1::uuid[], $2::int[], $3::timestamptz[]) as s (item_id, round, at)
     where c.item_id = s.item_id and c.round = s.round`,
    [facts.map(({ requestId }) => requestId), facts.map(({ round }) => round), facts.map(({ at }) => at.toISOString())],
  );
}

const isCalledBack = ({ callbackUrl }: Fact<'published'>): boolean => callbackUrl !== undefined;

/** With the event itself, or a crash in between would lose the call. */
async function beginCallbacks(
  facts: readonly Fact<'published'>[],
  transaction: PoolClient,
  { pipeline, stage }: Callbacks,
): Promise<void> {
  if (facts.length === 0) return;
  const items = facts.map(({ event, at }) => ({ id: event.id, dueAt: at }));
  await begin(transaction, items, { pipeline, stage, actor: 'worker', now: facts[0]?.at as Date });
}

/** The call goes out when the event has, and does not wait for a sweep. */
export function ringsOf(facts: readonly DocumentFacts[], now: Date, callbacks: Callbacks | undefined): Signal[] {
  const called = facts.filter((fact) => fact.kind === 'published').filter(isCalledBack);
  if (!callbacks || called.length === 0) return [];
  const { pipeline, stage } = callbacks;
  return signalsFor(
    pipeline,
    called.map(({ event }) => ({ id: event.id, stage, dueAt: now })),
    now,
  );
}
