import type { PoolClient } from 'pg';
import { few, other } from './label-limit.ts';

/**
 * What the metrics ask the tables. All of it is counted through indexes that hold only what is in flight, or in a table that
 * holds only what went wrong: what has ended well grows for ever, and is counted as it ends instead (`requests.ts`).
 */
export interface TablesNow {
  stages: { pipeline: string; stage: string; state: string; items: number; oldest: Date | null }[];
  requests: { source: string; type: string; status: string; value: number }[];
  errors: { pipeline: string; stage: string; code: string; value: number }[];
  fingerprints: { fingerprint: string; code: string; value: number }[];
}

/** The causes that most items have in common. */
const mostFingerprints = 20;

export async function askTables(
  client: PoolClient,
  { now, documents, firstStage }: { now: Date; documents: string; firstStage: string },
): Promise<TablesNow> {
  // What has not begun and is not to begin yet is not old, however long ago somebody asked for it.
  const stages = await client.query<TablesNow['stages'][number]>(
    `select pipeline, stage,
       case when status = 'running' then 'active' when due_at <= $1 then 'waiting' else 'delayed' end as state,
       count(*)::int as items, min(since) filter (where status = 'running' or runs > 0 or due_at <= $1) as oldest
     from progress where ended_at is null group by 1, 2, 3`,
    [now],
  );
  const requests = await client.query<TablesNow['requests'][number]>(
    `select r.source_system as source, r.document_type as type,
       case when p.status = 'ready' and p.stage = $2 then 'QUEUED' else 'PROCESSING' end as status,
       count(*)::int as value
     from progress p join document_request r using (id) where p.ended_at is null and p.pipeline = $1
     group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
    [documents, firstStage],
  );
  const errors = await client.query<TablesNow['errors'][number]>(
    'select pipeline, stage, code, count(*)::int as value from stage_error group by 1, 2, 3 order by 4 desc, 1, 2, 3',
  );
  const fingerprints = await client.query<TablesNow['fingerprints'][number]>(
    `select fingerprint, code, count(*)::int as value from stage_error where fingerprint is not null
     group by 1, 2 order by 3 desc, 1 limit $1`,
    [mostFingerprints],
  );
  return {
    stages: stages.rows,
    requests: fewOf(requests.rows),
    errors: errors.rows,
    fingerprints: fingerprints.rows,
  };
}

/** The many types of few requests each, which a client can make up, are counted together. */
function fewOf(rows: TablesNow['requests']): TablesNow['requests'] {
  const known = few();
  const byType = new Map<string, TablesNow['requests'][number]>();
  for (const row of rows) {
    const type = known(JSON.stringify([row.source, row.type])) === other ? other : row.type;
    const key = JSON.stringify([row.source, type, row.status]);
    const same = byType.get(key);
    if (same) same.value += row.value;
    else byType.set(key, { ...row, type });
  }
  return [...byType.values()];
}
