import type { Pool } from 'pg';
import { storable } from '#processors/engine/settle.ts';
import type { KnownBatch } from './document.ts';
import type { Handover } from './ports.ts';

/** What is about to be sent: one call, with one document or many. */
export interface Intent {
  batches: readonly { handover: Handover; batch: KnownBatch }[];
  /** For the history. */
  reason: string;
  at: Date;
}

/**
 * Stores, on disk, that these documents are about to be sent; answers those that are still ours. The row lock orders this
 * against a claim by another worker: either we find that the document is in other hands, or whoever claims it finds our intent.
 * An earlier intent of the same document, found to be unaccepted, is closed here.
 */
export async function storeIntents(pool: Pool, { batches, reason, at }: Intent): Promise<ReadonlySet<string>> {
  const column = <T>(value: (batch: KnownBatch, handover: Handover) => T): T[] =>
    batches.map(({ batch, handover }) => value(batch, handover));
  const { rows } = await pool.query<{ id: string }>({
    name: 'oms-intend',
    text: `with input as (
        select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::uuid[], $7::text[], $8::int[], $9::int[])
        as i (id, request_id, revision, round, handover, correlation_id, name, transaction_no, transaction_count)),
      ours as (
        select i.* from input i join progress p on p.id = i.request_id
        where p.revision = i.revision and p.status = 'running' for no key update of p),
      closed as (
        update batch b set status = 'FAILED_OMS', updated_at = $10 from ours
        where b.request_id = ours.request_id and b.status = 'PROCESSING_OMS'),
      told as (
        insert into history (item_id, from_state, to_state, stage, reason, actor, at)
        select request_id, 'submit', 'submit', 'submit', $11, 'worker', $10 from ours)
      insert into batch (id, request_id, round, handover, correlation_id, name, transaction_no, transaction_count, status,
        created_at, updated_at)
      select id, request_id, round, handover, correlation_id, name, transaction_no, transaction_count, 'PROCESSING_OMS', $10, $10
      from ours returning request_id as id`,
    values: [
      column(({ id }) => id),
      column((_, { progress }) => progress.id),
      column((_, { progress }) => progress.revision),
      column(({ round }) => round),
      column(({ handover }) => handover),
      column(({ correlationId }) => correlationId),
      column(({ name }) => name),
      column(({ transactionNo }) => transactionNo),
      column(({ transactionCount }) => transactionCount),
      at.toISOString(),
      reason,
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

/** It was refused: that is known now, whatever becomes of whoever has it in hand. */
export const closeIntents = (pool: Pool, { batches, at }: Pick<Intent, 'batches' | 'at'>): Promise<unknown> =>
  pool.query(
    `update batch set status = 'FAILED_OMS', updated_at = $2 where id = any($1::uuid[]) and status = 'PROCESSING_OMS'`,
    [batches.map(({ batch }) => batch.id), at.toISOString()],
  );

/** It was certainly not accepted, so nothing has to be asked about it. */
export const withdrawIntents = (pool: Pool, { batches, reason, at }: Intent): Promise<unknown> =>
  pool.query(
    `with withdrawn as (delete from batch where id = any($1::uuid[]) and status = 'PROCESSING_OMS' returning request_id)
     insert into history (item_id, from_state, to_state, stage, reason, actor, at)
     select request_id, 'submit', 'submit', 'submit', $2, 'worker', $3 from withdrawn`,
    [batches.map(({ batch }) => batch.id), storable(reason), at.toISOString()],
  );

/** It was sent, and whether it was accepted is not known: Thunderhead has to be asked before anything is sent again. */
export const markUnknown = (pool: Pool, { batches, reason, at }: Intent): Promise<unknown> =>
  pool.query(
    `with left_open as (
       update batch set sent_at = created_at, unknown_at = $3, updated_at = $3
       where id = any($1::uuid[]) and status = 'PROCESSING_OMS' returning request_id)
     insert into history (item_id, from_state, to_state, stage, reason, actor, at)
     select request_id, 'submit', 'submit', 'submit', $2, 'worker', $3 from left_open`,
    [batches.map(({ batch }) => batch.id), storable(reason), at.toISOString()],
  );
