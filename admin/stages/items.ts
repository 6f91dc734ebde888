import type { Pool, PoolClient } from 'pg';
import { failedAt, isFailure, type StagePlace } from './queries.ts';

/** A document as the board sees it from one stage. Never its content: that may hold personal data. */
export interface ItemColumns {
  id: string;
  stage: string;
  status: 'ready' | 'running' | 'ended';
  result: 'completed' | 'rejected' | 'failed' | 'cancelled' | 'compensated' | null;
  attempts: number;
  runs: number;
  round: number;
  due_at: Date;
  since: Date;
  source_system: string;
  request_correlation_id: string;
  document_type: string;
  document_name: string;
  document_language: string;
  source_environment: string;
  priority: number;
  metadata: unknown;
  received_at: Date;
  /** Where it failed, when it has. */
  failed_at: string | null;
  error_codes: string[] | null;
  /** Its error row at this stage. */
  error: {
    category: string;
    code: string;
    description: string;
    details: unknown;
    /** Failures of one cause have the same. */
    fingerprint: string | null;
    attempts: number;
    firstFailedAt: string;
    lastFailedAt: string;
    nextRetryAt: string | null;
  } | null;
  thunderhead_batch_id: string | null;
  topic: string | null;
  kafka_partition: number | null;
  kafka_offset: string | null;
  /** When it came to this stage and left it, last time. */
  entered_at: Date | null;
  left_at: Date | null;
}

const isoOf = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** In the order of the ids; those that do not exist are left out. */
export async function itemsOf(
  client: PoolClient,
  { pipeline, stage, always }: StagePlace,
  ids: readonly string[],
): Promise<ItemColumns[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<ItemColumns>(
    `select p.id, p.stage, p.status, p.result, p.attempts, p.runs, p.round, p.due_at, p.since,
       r.source_system, r.request_correlation_id, r.document_type, r.document_name, r.document_language,
       r.source_environment, r.priority, r.metadata, r.received_at,
       case when ${isFailure} then ${failedAt('$4')} end as failed_at,
       (select array_agg(code) from stage_error where item_id = p.id) as error_codes,
       e.error, b.thunderhead_batch_id, v.topic, v.kafka_partition, v.kafka_offset, h.entered_at, h.left_at
     from unnest($1::uuid[]) with ordinality as page (id, position)
     join progress p on p.id = page.id and p.pipeline = $2
     join document_request r on r.id = page.id
     left join lateral (
       select jsonb_build_object('category', category, 'code', code, 'description', description,
         'details', details, 'fingerprint', fingerprint, 'attempts', attempts, 'firstFailedAt', ${isoOf('first_failed_at')},
         'lastFailedAt', ${isoOf('last_failed_at')}, 'nextRetryAt', ${isoOf('next_retry_at')}) as error
       from stage_error where item_id = page.id and stage = $3) e on true
     left join lateral (
       select thunderhead_batch_id from batch where request_id = page.id order by round desc, handover desc limit 1) b on true
     left join lateral (
       select topic, kafka_partition, kafka_offset from status_event where request_id = page.id
       order by sequence desc limit 1) v on true
     left join lateral (
       select max(at) filter (where to_state = $3) as entered_at, max(at) filter (where from_state = $3) as left_at
       from history where item_id = page.id and from_state is distinct from to_state) h on true
     order by page.position`,
    [ids, pipeline, stage, always],
  );
  return rows;
}

/** The whole story of an item, oldest first. */
export async function historyLines(pool: Pool, id: string): Promise<string[]> {
  const { rows } = await pool.query<{
    from_state: string | null;
    to_state: string;
    reason: string;
    actor: string;
    at: Date;
  }>('select from_state, to_state, reason, actor, at from history where item_id = $1 order by id', [id]);
  return rows.map(
    ({ at, from_state, to_state, reason, actor }) =>
      `${at.toISOString()}  ${from_state ?? 'new'} → ${to_state}  ${reason}  [${actor}]`,
  );
}
