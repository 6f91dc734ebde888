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
  createdAt: string;
  updatedAt: string;
}

/** Of all rounds, oldest first. */
export async function findBatches(pool: Pool, id: string): Promise<FullBatchView[]> {
  const { rows } = await pool.query<
    Omit<FullBatchView, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date }
  >(
    `select id, thunderhead_batch_id::float8 as "thunderheadBatchId", name, status,
       dms_document_id::float8 as "dmsDocumentId", round as attempt, status_text as "statusText", transactions,
       channel_jobs as "channelJobs", created_at as "createdAt", updated_at as "updatedAt"
     from batch where request_id = $1 order by round`,
    [id],
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }));
}
