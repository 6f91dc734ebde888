import type { PoolClient } from 'pg';
import { statusInFlight } from '#processors/document/status.ts';
import { limitedLabel, other } from './label-limit.ts';

/**
 * What the metrics ask the tables. All of it is counted through indexes that hold only what is in flight, or in a table that
 * holds only what went wrong: what has ended well grows for ever, and is counted as it ends instead (`requests.ts`).
 */

/** The causes that most items have in common. */
const mostFingerprints = 20;

export interface StageRow {
  pipeline: string;
  stage: string;
  state: string;
  items: number;
  oldest: Date | null;
}

/** What has not begun and is not to begin yet is not old, however long ago somebody asked for it. */
export async function askStages(client: PoolClient, now: Date): Promise<StageRow[]> {
  const { rows } = await client.query<StageRow>(
    `select pipeline, stage,
       case when status = 'running' then 'active' when due_at <= $1 then 'waiting' else 'delayed' end as state,
       count(*)::int as items, min(since) filter (where status = 'running' or runs > 0 or due_at <= $1) as oldest
     from progress where ended_at is null group by 1, 2, 3`,
    [now],
  );
  return rows;
}

interface RequestsRow {
  source: string;
  type: string;
  status: string;
  value: number;
}

export async function askRequests(
  client: PoolClient,
  { documents, firstStage }: { documents: string; firstStage: string },
): Promise<RequestsRow[]> {
  const { rows } = await client.query<RequestsRow>(
    `select r.source_system as source, r.document_type as type, ${statusInFlight('$2')} as status, count(*)::int as value
     from progress p join document_request r using (id) where p.ended_at is null and p.pipeline = $1
     group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    [documents, firstStage],
  );
  return fewOf(rows);
}

export async function askErrors(client: PoolClient) {
  const { rows } = await client.query<{ pipeline: string; stage: string; code: string; value: number }>(
    'select pipeline, stage, code, count(*)::int as value from stage_error group by 1, 2, 3 order by 4 desc, 1, 2, 3',
  );
  return rows;
}

export async function askFingerprints(client: PoolClient) {
  const { rows } = await client.query<{ fingerprint: string; code: string; value: number }>(
    `select fingerprint, code, count(*)::int as value from stage_error where fingerprint is not null
     group by 1, 2 order by 3 desc, 1 limit $1`,
    [mostFingerprints],
  );
  return rows;
}

/** The many types of few requests each, which a client can make up, are counted together. */
function fewOf(rows: RequestsRow[]): RequestsRow[] {
  const known = limitedLabel();
  const byType = new Map<string, RequestsRow>();
  for (const row of rows) {
    const type = known(JSON.stringify([row.source, row.type])) === other ? other : row.type;
    const key = JSON.stringify([row.source, type, row.status]);
    const same = byType.get(key);
    if (same) same.value += row.value;
    else byType.set(key, { ...row, type });
  }
  return [...byType.values()];
}
