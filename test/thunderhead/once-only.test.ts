import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { throwAwayFolder } from '#src/local/folders.ts';
import { startThunderhead } from '#src/sandbox/thunderhead/server.ts';
import { postInBulk } from '#test/support/bulk.ts';
import { clientOf } from '#test/support/client.ts';
import { invoice } from '#test/support/documents.ts';
import { environmentOf, sandboxOf } from '#test/support/oms.ts';
import { type OmsProcess, spawnOms } from '#test/support/oms-process.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';
import { openOidm, usualClient } from '#test/support/tokens.ts';

const directory = throwAwayFolder('once-only');
afterAll(() => rm(directory, { recursive: true, force: true }));

const documents = 10_000;

test('10,000 documents, calls that are lost after they took effect, workers killed all the time: each is made once', async () => {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  opened.defer(() => pool.end());
  const thunderhead = await startThunderhead({ batchMs: 200 });
  opened.defer(() => thunderhead.close());
  const sandbox = sandboxOf(thunderhead.url);
  await sandbox.turn('faults', { timeout: 0.05, reset: 0.02, malformed: 0.01, seed: 7 });
  const oidm = opened.use(await openOidm());
  const environment = environmentOf({
    ...{ databaseUrl, thunderheadUrl: thunderhead.url, oidmUrl: oidm.url },
    environment: {
      ...{ THUNDERHEAD_TIMEOUT_MS: '800', THUNDERHEAD_UNKNOWN_GRACE_MS: '700', THUNDERHEAD_BATCH_SIZE: '5' },
      ...{ LEASE_MS: '2000', SWEEP_INTERVAL_MS: '200', SWEEP_GRACE_MS: '1000' },
    },
  });
  const api = await spawnOms(['api', 'sweep'], environment, directory);
  opened.defer(() => api.stop());
  const client = clientOf(api.url, (...request) => oidm.token(usualClient(...request)));
  const workers: OmsProcess[] = [];
  const hire = async () => {
    workers.push(await spawnOms(['worker'], environment, directory));
  };
  opened.defer(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  });
  await Promise.all([hire(), hire()]);

  const ended = async (): Promise<number> =>
    (await pool.query('select count(*)::int as count from progress where ended_at is not null')).rows[0].count;
  await postInBulk(
    client,
    Array.from({ length: documents }, () => invoice()),
  );
  // A tenth further on, one of the two is killed and another one hired.
  let kills = 0;
  for (let mark = documents / 10; mark < documents; mark += documents / 10) {
    await eventually(async () => (await ended()) >= mark, { timeoutMs: 60_000 });
    await (workers.shift() as OmsProcess).kill();
    kills++;
    await hire();
  }
  await eventually(async () => (await ended()) === documents, { timeoutMs: 90_000 });

  const { json: summary } = await client.fetch('/api/v1/document-requests/summary');
  expect(summary).toMatchObject({ total: documents, statuses: { COMPLETED: documents } });
  const { accepted, acceptedTwice } = await sandbox.counts();
  expect([accepted, acceptedTwice]).toEqual([documents, []]);
  // It was as bad as it was meant to be.
  const { rows } = await pool.query(
    'select count(distinct name)::int as unknown from batch where unknown_at is not null',
  );
  expect(rows[0].unknown).toBeGreaterThan(50);
  expect(kills).toBe(9);
}, 300_000);
