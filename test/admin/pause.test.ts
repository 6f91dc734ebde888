import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { throwAwayFolder } from '#src/local/folders.ts';
import { startThunderhead } from '#src/sandbox/thunderhead/server.ts';
import { clientOf } from '#test/support/client.ts';
import { invoice } from '#test/support/documents.ts';
import { backends, environmentOf, sandboxOf } from '#test/support/oms.ts';
import { spawnOms } from '#test/support/oms-process.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';
import { openOidm, usualClient } from '#test/support/tokens.ts';

/** A pause is ordered in one process, and others go by it: workers that have nothing to do, and the sweep. */

const directory = throwAwayFolder('pause');
afterAll(() => rm(directory, { recursive: true, force: true }));

test.each(backends)(
  'a paused stage is left alone by every worker and the sweep, and goes on when resumed (%s)',
  async (backend) => {
    await using opened = new AsyncDisposableStack();
    const databaseUrl = await freshDatabase();
    const pool = new Pool({ connectionString: databaseUrl, max: 2 });
    opened.defer(() => pool.end());
    const thunderhead = await startThunderhead({ batchMs: 20 });
    opened.defer(() => thunderhead.close());
    const oidm = opened.use(await openOidm());
    const environment = environmentOf({
      ...{ backend, databaseUrl, thunderheadUrl: thunderhead.url, oidmUrl: oidm.url },
      // A sweep that would ring at once what is left alone, and once more soon after.
      environment: { SWEEP_INTERVAL_MS: '50', SWEEP_GRACE_MS: '100' },
    });
    const office = await spawnOms(['api', 'admin', 'sweep'], environment, directory);
    opened.defer(() => office.stop());
    for (const worker of await Promise.all([0, 1].map(() => spawnOms(['worker'], environment, directory))))
      opened.defer(() => worker.stop());
    const client = clientOf(office.url, (...request) => oidm.token(usualClient(...request)));
    const put = async (path: string) => {
      const headers = { authorization: `Bearer ${await oidm.token('ops')}`, accept: 'application/json' };
      const { status } = await fetch(`${office.url}/admin/api/queues/${path}`, { method: 'PUT', headers });
      expect(status).toBe(200);
      return performance.now();
    };
    const at = async (ids: readonly string[]) =>
      (await pool.query('select stage, status, runs, rung_at from progress where id = any($1)', [ids])).rows;

    const pausedAt = await put('Documents.submit/pause');
    await eventually(() => performance.now() - pausedAt >= 2_000);
    const ids = await Promise.all(Array.from({ length: 20 }, () => client.post(invoice())));
    await eventually(async () => (await at(ids)).every(({ stage }) => stage === 'submit'));
    // The sweep has had twenty turns, the workers as many rings.
    const seenAt = performance.now();
    await eventually(() => performance.now() - seenAt >= 1_000);
    expect(await at(ids)).toEqual(ids.map(() => ({ stage: 'submit', status: 'ready', runs: 0, rung_at: null })));
    expect((await sandboxOf(thunderhead.url).counts()).accepted).toBe(0);

    const resumedAt = await put('Documents.submit/resume');
    await Promise.all(ids.map((id) => client.finished(id)));
    expect(performance.now() - resumedAt).toBeLessThan(10_000);
    const { accepted, acceptedTwice } = await sandboxOf(thunderhead.url).counts();
    expect([accepted, acceptedTwice]).toEqual([ids.length, []]);
  },
  60_000,
);
