import type { Pool } from 'pg';
import type { BatchReport } from '#processors/document/ports.ts';
import type { BatchView } from './request-view.ts';

/** A hand-over to Thunderhead, with all that is known of it. */
export interface FullBatchView extends BatchView {
  /** The attempt of the request that made it. */
  attempt: number;
  statusText: string;
  transactions: BatchReport['transactions'] | null;
  channelJobs: BatchReport['channelJobs'] | null;
  /** When it was intended. */
  createdAt: string;
  sentAt: string | null;
  /** When it was left without an answer that tells whether it was accepted. */
  unknownAt: string | null;
  /** When Thunderhead was heard to have it. */
  confirmedAt: string | null;
  updatedAt: string;
}

type Moment = 'createdAt' | 'sentAt' | 'unknownAt' | 'confirmedAt' | 'updatedAt';

/** Of all rounds, oldest first. */
export async function findBatches(pool: Pool, id: string): Promise<FullBatchView[]> {
  const { rows } = await pool.query<Omit<FullBatchView, Moment> & Record<Moment, Date | null>>(
    `select id, thunderhead_batch_id::float8 as "thunderheadBatchId", name, status, transaction_no as "transactionNo",
       transaction_count as "transactionCount", dms_document_id::float8 as "dmsDocumentId", round as attempt,
       status_text as "statusText", transactions, channel_jobs as "channelJobs", created_at as "createdAt",
       sent_at as "sentAt", unknown_at as "unknownAt", confirmed_at as "confirmedAt", updated_at as "updatedAt"
     from batch where request_id = $1 order by round, handover`,
    [id],
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt?.toISOString() as string,
    sentAt: row.sentAt?.toISOString() ?? null,
    unknownAt: row.unknownAt?.toISOString() ?? null,
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
    updatedAt: row.updatedAt?.toISOString() as string,
  }));
}
