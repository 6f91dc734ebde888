import type pg from 'pg';

/**
 * Puts this many requests of the last thirty days into the tables: three source systems (one of them, TINY, has ten in
 * all), five document names, every status, and of each kind of rarity some that are the oldest of all. The newest 2,000
 * are in flight.
 */
export async function fillVaried(pool: pg.Pool, count: number): Promise<void> {
  const client = await pool.connect();
  try {
    // Down from the newest: n = 1. Version 7 ids of their time, as the real ones are.
    await client.query(`create temporary table made as
      select n, at, result, source, name, error,
        (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' ||
          substr(md5(n::text), 4, 15))::uuid as id
      from generate_series(1, ${count}) as n,
        lateral (select date_trunc('milliseconds', now() - n * interval '30 days' / ${count}) as at,
          ${count} - n as from_the_end) t,
        lateral (select case when n <= 2000 then null when from_the_end < 5 then 'cancelled'
          when n % 100 < 3 then 'rejected' when n % 100 = 50 then 'failed' else 'completed' end as result,
          case when from_the_end % 100000 = 7 then 'TINY' when n % 10 < 3 then 'CIBT' else 'ARCADE' end as source) k,
        lateral (select case when source = 'CIBT' then 'POSHOOFF' when from_the_end < 20 then 'IVRARE'
          when n % 10 < 8 then 'IVZRECPA' else 'IVBRKCOM' end as name,
          case when result = 'rejected' then 'OMS_SOURCE_NOT_ALLOWED'
            when result = 'failed' and from_the_end < 1000 then 'OMS_BATCH_STOPPED'
            when result = 'failed' and from_the_end < 2000 then 'OMS_BATCH_LOST'
            when result = 'failed' then 'OMS_BATCH_ERRORED' end as error) d`);
    for (const statement of [
      `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
         document_language, source_environment, metadata, content, body_hash, received_at)
       select id, source, 'made-' || n, case source when 'CIBT' then 'POLICY' else 'INVOICE' end, name, 'en', 'TEST',
         '[]', json_build_object('Invoice', repeat('x', 200)), '\\x00', at from made order by id`,
      `insert into progress (id, pipeline, stage, status, result, runs, due_at, since, revision, ended_at)
       select id, 'document', case when result is not null then 'publish' when n % 4 = 0 then 'validate' else 'poll' end,
         case when result is null then 'ready' else 'ended' end, result, 1, at, at, 8,
         case when result is not null then at end from made order by id`,
      `insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts,
         first_failed_at, last_failed_at)
       select id, 'poll', 'document', 'THUNDERHEAD_ERROR', error, error, 'submit', 1, at, at from made
       where error is not null`,
      `insert into batch (id, request_id, correlation_id, round, thunderhead_batch_id, name, status, created_at, updated_at)
       select id, id, id, 1, n, 'OMS-' || id, 'COMPLETED', at, at from made where result <> 'rejected' order by id`,
      'drop table made',
      'vacuum analyze',
      'checkpoint',
    ])
      await client.query(statement);
  } finally {
    client.release();
  }
}
