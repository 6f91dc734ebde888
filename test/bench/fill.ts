import type pg from 'pg';

/** Puts this many finished documents of last month into the tables, as if the OMS had made them. */
export async function fillTables(pool: pg.Pool, count: number): Promise<void> {
  const client = await pool.connect();
  // Version 7 ids of the past: the time in the first 48 bits, as the real ones have it.
  await client.query(`create temporary table old as
    select n, now() - interval '30 days' as at,
      (lpad(to_hex((extract(epoch from now() - interval '30 days') * 1000)::bigint + n), 12, '0') || '7' ||
        substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid as id
    from generate_series(1, ${count}) as n`);
  for (const statement of [
    `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
       document_language, source_environment, metadata, content, body_hash, received_at)
     select id, 'ARCADE', 'old-' || n, 'INVOICE', 'IVZRECPA', 'en', 'TEST', '[]', '{"Invoice":{"ID":"1"}}', '\\x00', at
     from old`,
    `insert into progress (id, pipeline, stage, status, result, runs, due_at, since, revision, ended_at)
     select id, 'document', 'publish', 'ended', 'completed', 1, at, at, 8, at from old`,
    `insert into history (item_id, from_state, to_state, stage, reason, actor, at)
     select id, 'poll', s.stage, s.stage, 'done', 'worker', at
     from old, unnest(array['validate', 'validate', 'submit', 'poll', 'publish']) as s (stage)`,
    `insert into batch (id, request_id, correlation_id, round, thunderhead_batch_id, name, status, dms_document_id,
       created_at, updated_at)
     select gen_random_uuid(), id, id, 1, n, 'OMS-' || id, 'COMPLETED', n, at, at from old`,
    `insert into status_event (id, request_id, type, topic, data, published_at)
     select gen_random_uuid(), id, 'com.oms.document.status.final.v1', 'oms.invoice-documents', '{"status":"COMPLETED"}', at
     from old`,
    'drop table old',
    'vacuum analyze',
    // Or its work would be counted as the next documents'.
    'checkpoint',
  ])
    await client.query(statement);
  client.release();
}
