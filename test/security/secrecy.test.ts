import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { invoice } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { redisUrl } from '#test/support/services.ts';

test('after all kinds of requests no token is in the log, in the database, in Redis or in an answer', async () => {
  const REDIS_URL = redisUrl();
  await using oms = await startOms({
    roles: ['api', 'worker', 'sweep', 'security', 'reference-data'],
    environment: { REDIS_URL, OIDM_TIMEOUT_MS: '500' },
    logLevel: 'trace',
  });
  const good = [await oms.token('arcade'), await oms.token('cibt'), await oms.token('ops'), await oms.oidm.issue()];
  const bad = [
    await oms.oidm.issue('arcade', { aud: 'billing' }),
    await oms.oidm.issue('arcade', { domain: 'Elsewhere' }),
    await oms.oidm.issue('arcade', { scope: 'billing' }),
    `${good[0]}x`,
  ];
  const answers = await battery(oms, [...good, ...bad]);
  await oms.through(invoice());
  await oms.oidm.distort({ client: 'somebody' });
  const distorted = await oms.oidm.issue();
  answers.push(...(await battery(oms, [distorted])));
  await oms.oidm.outage('hang');
  const unanswered = await oms.oidm.issue();
  answers.push(...(await battery(oms, [unanswered])));
  // The database goes away in the middle of a request: what the driver throws is logged with all it holds.
  await oms.oidm.outage('none');
  await oms.pool.query('alter table document_request rename to elsewhere');
  answers.push(...(await battery(oms, good)));
  await oms.pool.query('alter table elsewhere rename to document_request');

  const everything = [JSON.stringify(oms.log), await tables(oms), await redis(REDIS_URL), ...answers].join('\n');
  expect(everything).toContain('(a token)');
  expect(everything).toContain('OMS_INTERNAL_ERROR');
  for (const token of [...good, ...bad, distorted, unanswered])
    for (const part of token.split('.').slice(1)) expect(everything.includes(part)).toBe(false);
  for (const secret of ['arcade-secret', 'cibt-secret', 'ops-secret']) expect(everything).not.toContain(secret);
});

/** Everything that can be answered, refused or go wrong, with each token; and the token where it should not be. */
async function battery(oms: Oms, tokens: readonly string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const token of tokens) {
    const client = oms.with(token);
    const headers = { authorization: `Bearer ${token}, Bearer ${token}` };
    for (const answer of [
      await client.send(JSON.stringify(invoice())),
      await client.send('{"broken'),
      await client.fetch('/api/v1/document-requests/nonsense?filter=x'),
      await client.fetch('/internal/auth/verify'),
      await client.fetch('/internal/auth/verify?scope=oms.nothing'),
      await client.fetch('/nowhere'),
      await oms.with(undefined).fetch('/api/v1/status-events', { headers }),
      await oms.with(undefined).fetch(`/api/v1/status-events?access_token=${token}`),
      await client.fetch(`/api/v1/status-events?limit=0&access_token=${token}`),
    ])
      answers.push(answer.bytes.toString(), JSON.stringify([...answer.headers]));
  }
  return answers;
}

async function tables({ pool }: Oms): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  expect(rows.length).toBeGreaterThan(8);
  const dumps = await Promise.all(
    rows.map(({ name }) => pool.query(`select coalesce(string_agg(t::text, E'\\n'), '') as dump from ${name} t`)),
  );
  return dumps.map(({ rows: [row] }) => row.dump).join('\n');
}

async function redis(url: string): Promise<string> {
  const client = new Redis(url);
  const keys = await client.keys('*');
  const values = await Promise.all(keys.map(async (key) => (await client.dump(key).catch(() => null)) ?? ''));
  client.disconnect();
  return [...keys, ...values].join('\n');
}
