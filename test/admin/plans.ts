import type pg from 'pg';

interface Statement {
  text: string;
  values: unknown[];
}

/** A pool that remembers what is asked through its connections, so that a test can have the database explain it. */
export function listening(pool: pg.Pool): { pool: pg.Pool; asked: Statement[] } {
  const asked: Statement[] = [];
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect();
    const query = (text: string, values: unknown[] = []) => {
      asked.push({ text, values });
      return client.query(text, values);
    };
    return Object.assign(Object.create(client), { query });
  };
  return { pool: Object.assign(Object.create(pool), { connect }), asked };
}

/** How the database finds what is asked, line by line. */
export async function planOf(pool: pg.Pool, { text, values }: Statement): Promise<string> {
  const { rows } = await pool.query(`explain (analyze, timing off, costs off) ${text}`, values);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
