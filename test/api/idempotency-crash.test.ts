import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { throwAwayFolder } from '#src/local/folders.ts';
import { clientOf } from '#test/support/client.ts';
import { invoice } from '#test/support/documents.ts';
import { environmentOf } from '#test/support/oms.ts';
import { spawnOms } from '#test/support/oms-process.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';
import { openOidm } from '#test/support/tokens.ts';

const directory = throwAwayFolder('idempotency-crash');
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a process is killed between insert and answer: the key is in use for a minute, then answers with what was taken in', async () => {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const pool = new Pool({ connectionString: databaseUrl, max: 3 });
  opened.defer(() => pool.end());
  const oidm = opened.use(await openOidm());
  const environment = environmentOf({ databaseUrl, thunderheadUrl: 'http://127.0.0.1:1', oidmUrl: oidm.url });
  const spawn = async () => {
    const oms = await spawnOms(['api'], environment, directory);
    opened.defer(() => oms.stop());
    return { oms, client: clientOf(oms.url, () => oidm.token('arcade')) };
  };
  const [doomed, other] = await Promise.all([spawn(), spawn()]);
  const body = invoice();
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'crash', prefer: 'wait=30' };
  // No worker runs: the answer waits for an end that does not come.
  const lost = doomed.client.send(JSON.stringify(body), headers).catch(() => 'no answer');
  const id = await eventually(
    async () => (await pool.query('select id from document_request')).rows[0]?.id as string | undefined,
  );
  await doomed.oms.kill();
  expect(await lost).toBe('no answer');

  const again = () => other.client.send(JSON.stringify(body), { ...headers, prefer: '' });
  expect((await again()).json.code).toBe('OMS_IDEMPOTENCY_KEY_IN_USE');
  await pool.query(`update idempotency_key set held_until = held_until - interval '1 minute'`);
  const answer = await again();
  expect([answer.status, answer.json.id]).toEqual([202, id]);
  expect((await again()).headers.get('idempotency-replayed')).toBe('true');
});
