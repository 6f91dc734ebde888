import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { throwAwayFolder } from '#src/local/folders.ts';
import { invoice } from '#test/support/documents.ts';
import type { OmsProcess } from '#test/support/oms-process.ts';
import { eventually } from '#test/support/services.ts';
import { openHouse } from './processes.ts';

const directory = throwAwayFolder('liveness');
afterAll(() => rm(directory, { recursive: true, force: true }));

const ready = async ({ url }: OmsProcess) => {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, ...((await response.json()) as { reason?: string }) };
};

test('a worker that no work reaches is not ready, ends itself with the cause, and its successor does the work', async () => {
  await using house = await openHouse(directory, { environment: { STALL_SECONDS: '1' } });
  const oms = await house.spawn(['api', 'sweep']);
  const worker = await house.spawn(['worker']);
  // The queue itself stands still, behind our back: rings go in, and nothing comes out.
  const queue = new Queue('document-submit', {
    connection: { url: house.environment.REDIS_URL as string },
    prefix: 'oms',
  });
  await queue.pause();
  const id = await house.client(oms).post(invoice());
  const cause = /^nothing was taken in hand at document\/submit for \d+ s, although work there is due since 20/;
  await eventually(async () => {
    // The stage before goes on all the time.
    await house.client(oms).post(invoice());
    return cause.test((await ready(worker)).reason ?? '');
  });
  expect(await ready(worker)).toMatchObject({ status: 503, ready: false });
  expect((await ready(oms)).status).toBe(200);
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  const fatal = worker
    .output()
    .split('\n')
    .flatMap((line) => (line.includes('"fatal"') ? [JSON.parse(line)] : []));
  expect(fatal).toMatchObject([
    { cause: expect.stringMatching(cause), msg: expect.stringContaining('does not get on') },
  ]);
  await queue.resume();
  await queue.close();
  const successor = await house.spawn(['worker']);
  expect(await house.client(oms).finished(id)).toMatchObject({ status: 'COMPLETED' });
  expect((await ready(successor)).status).toBe(200);
}, 120_000);

test('told to stop, a worker settles what it has in hand, and leaves nothing behind that somebody must wait for', async () => {
  await using house = await openHouse(directory, { environment: { LEASE_MS: '60000' } });
  const oms = await house.spawn(['api', 'sweep']);
  const worker = await house.spawn(['worker']);
  const client = house.client(oms);
  const ids = await Promise.all(Array.from({ length: 200 }, () => client.post(invoice())));
  await eventually(async () => (await house.count(`status = 'running'`)) > 0);
  const toldAt = performance.now();
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(10_000);
  // Nothing is in the hands of a process that is gone: its successor need not wait for a lease.
  expect(await house.count(`status = 'running'`)).toBe(0);
  await house.spawn(['worker']);
  for (const id of ids) expect(await client.finished(id)).toMatchObject({ status: 'COMPLETED', attempt: 1 });
}, 120_000);

test('told to stop while Thunderhead hangs, it keeps what it has in hand until the call is over, and settles it', async () => {
  await using house = await openHouse(directory, { deaf: true, environment: { LEASE_MS: '2000' } });
  await house.pool.query(
    `create table taken_over (id uuid);
     create function told() returns trigger language plpgsql as $$ begin insert into taken_over values (new.id); return null; end $$;
     create trigger told after update on progress for each row
       when (old.status = 'running' and new.status = 'running' and new.runs > old.runs) execute function told()`,
  );
  const oms = await house.spawn(['api', 'sweep']);
  const worker = await house.spawn(['worker']);
  await house.client(oms).post(invoice());
  await eventually(async () => (await house.count(`stage = 'submit' and status = 'running'`)) === 1);
  process.kill(worker.pid, 'SIGTERM');
  // Would take over what is left without a lease.
  await house.spawn(['worker']);
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect((await house.pool.query('select from taken_over')).rowCount).toBe(0);
}, 120_000);

test('told to stop while something hangs, it ends within half a minute in any case, and says what it left', async () => {
  await using house = await openHouse(directory);
  const oms = await house.spawn(['api', 'sweep']);
  // Whatever is settled waits for ever.
  await house.pool.query(
    `create function hang() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
     create trigger hang before update on progress for each row when (old.status = 'running') execute function hang()`,
  );
  const worker = await house.spawn(['worker'], { LEASE_MS: '60000' });
  await house.client(oms).post(invoice());
  await eventually(async () => (await house.count(`status = 'running'`)) === 1);
  const toldAt = performance.now();
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(30_000);
  expect(worker.output()).toContain('gave up waiting; what is left is taken over when its lease is over');
  // It would hold back the status feeds of all databases of this server, whose readers stop at the oldest open transaction.
  await house.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
  );
}, 120_000);

test('told to stop, a process of all roles takes no new work while an answer of its API is on its way', async () => {
  await using house = await openHouse(directory);
  const other = await house.spawn(['api']);
  const oms = await house.spawn(['api', 'worker', 'sweep']);
  // Keeps the listener for its five seconds.
  const upload = request(`${oms.url}/api/v1/document-requests`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await house.token('arcade')}`,
      ...{ 'content-type': 'application/json', 'content-length': '100', expect: '100-continue' },
    },
  });
  upload.on('error', () => undefined).flushHeaders();
  await once(upload, 'continue');
  process.kill(oms.pid, 'SIGTERM');
  await eventually(() => oms.output().includes('stopping: taking no new work'));
  await house.client(other).post(invoice());
  expect(await oms.exited).toEqual({ code: 0, signal: null });
  expect(await house.count('runs = 0')).toBe(1);
}, 120_000);
