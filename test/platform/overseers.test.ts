import { expect, test } from '@jest/globals';
import { isTimeout } from '#processors/engine/read-only.ts';
import { openOverseers } from '#src/platform/database.ts';
import { visitorOf } from '#test/admin/visitor.ts';
import { startOms } from '#test/support/oms.ts';
import { freshDatabase } from '#test/support/services.ts';

/** Who looks after the whole takes no connection from the documents. */

test('the board, its plans and the metrics work on connections of their own, which say so', async () => {
  await using oms = await startOms({ roles: ['api', 'sweep', 'admin'] });
  const olga = visitorOf(oms.url);
  await olga.signIn({ client: 'ops', secret: 'ops-secret' });
  const answers = [await olga.open('/admin/requests?q=x'), await olga.open('/admin/retriggers')];
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect((await olga.call('queues')).status).toBe(200);
  expect((await fetch(`${oms.url}/metrics`)).status).toBe(200);
  const { rows } = await oms.pool.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database()`,
  );
  const names = rows.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['oms-operators', 'oms-plans', 'oms-metrics']));
});

test('a look that nobody has limited ends all the same', async () => {
  await using overseers = openOverseers(await freshDatabase(), () => undefined);
  const looking = overseers.metrics.query('select pg_sleep(60)');
  expect(isTimeout(await looking.catch((error) => error))).toBe(true);
  for (const pool of [overseers.operators, overseers.plans]) {
    const { rows } = await pool.query<{ statement_timeout: string }>('show statement_timeout');
    expect(rows[0]?.statement_timeout).toMatch(/^(30s|1min)$/);
  }
});
