import type { Pool, QueryConfig } from 'pg';
import type { SharedState } from './shared-state.ts';

/** Whoever asks waits no longer for a database that is silent: he is told to come back later. */
const patienceMs = 1_000;

/** The version while there is no row. */
const none = '';

/**
 * In one row of `call_budget`, made by the first write. A row that is made anew begins with a version that was never there,
 * so that nobody who has read the old one can write over it.
 */
export function postgresState(pool: Pool, name = 'thunderhead'): SharedState {
  // `pg` takes a time-out with each query; its types do not know.
  const query = <Row extends object>(text: string, values: readonly unknown[]) =>
    pool.query<Row>({ text, values: [name, ...values], query_timeout: patienceMs } as QueryConfig);
  return {
    async read() {
      const { rows } = await query<{ version: string; state: unknown }>(
        'select version::text, state from call_budget where name = $1',
        [],
      );
      return { version: rows[0]?.version ?? none, value: rows[0]?.state };
    },
    async write(version, value) {
      const state = JSON.stringify(value);
      const { rowCount } =
        version === none
          ? await query(
              `insert into call_budget (name, version, state)
              values ($1, (extract(epoch from clock_timestamp()) * 1000000)::bigint, $2::jsonb) on conflict do nothing`,
              [state],
            )
          : await query(
              'update call_budget set version = version + 1, state = $2::jsonb where name = $1 and version = $3',
              [state, version],
            );
      return rowCount === 1;
    },
  };
}
