import type { Pool } from 'pg';
import { finalStatus } from '#test/support/event-source.ts';
import { eventually } from '#test/support/services.ts';

/** Final statuses of a source system, as a worker writes them; their ids, in their order. */
export async function publish(pool: Pick<Pool, 'query'>, count: number, source = 'ARCADE'): Promise<string[]> {
  const { rows } = await pool.query(
    `insert into status_event (id, request_id, type, topic, data, published_at)
     select gen_random_uuid(), gen_random_uuid(), $2, 't', json_build_object('sourceSystem', $3::text), now()
     from generate_series(1, $1) returning id`,
    [count, finalStatus, source],
  );
  return rows.map(({ id }) => id);
}

/** Until the feed shows all that is there: any open transaction on the server, another test's too, holds back what is younger. */
export const allShown = (pool: Pick<Pool, 'query'>) =>
  eventually(async () => {
    const { rowCount } = await pool.query(
      'select from status_event where transaction >= pg_snapshot_xmin(pg_current_snapshot()) limit 1',
    );
    return rowCount === 0;
  });
