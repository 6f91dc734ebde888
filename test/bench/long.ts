import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/local/ports.ts';
import { type Contestant, measure } from './contestant.ts';
import { rssMb } from './cpu.ts';
import type { House } from './house.ts';

/** CPU per document with a million finished documents in the tables, compared with none. */
export async function fullTables(house: House, oms: Contestant, count: number): Promise<number> {
  const cost = async () => (await measure(house, oms, count, () => oms.load(count))).cpu.counted;
  const empty = await cost();
  await fill(oms, 1_000_000);
  const full = await cost();
  return full / empty;
}

async function fill({ pool }: Contestant, rows: number): Promise<void> {
  // Version 7 ids of the past: the time in the first 48 bits, as the real ones have it.
  await pool.query(`create temporary table old as
    select n, (lpad(to_hex((extract(epoch from now() - interval '30 days') * 1000)::bigint + n), 12, '0') || '7' ||
      substr(md5(n::text), 1, 19))::uuid as id, now() - interval '30 days' as at from generate_series(1, ${rows}) as n`);
  for (const statement of [
    `insert into document_request select id, 'ARCADE', 'old-' || n, 'INVOICE', 'IVZRECPA', 'en', 'TEST', '[]', '{"Invoice":{"ID":"1"}}', 0, null, '\\x00', at from old`,
    `insert into progress (id, pipeline, stage, status, result, runs, due_at, since, revision, ended_at)
     select id, 'document', 'publish', 'ended', 'completed', 1, at, at, 8, at from old`,
    `insert into history (item_id, from_state, to_state, stage, reason, actor, at)
     select id, s.state, s.state, s.state, 'done', 'worker', at from old, (values ('validate'), ('validate'), ('submit'), ('poll'), ('publish')) as s (state)`,
    `insert into batch select gen_random_uuid(), id, 1, n, 'OMS-' || id, 'COMPLETED', '', n, '{}', '{}', at, at from old`,
    `insert into status_event (id, request_id, type, topic, data, published_at)
     select gen_random_uuid(), id, 'com.oms.document.status.final.v1', 'oms.invoice-documents', '{"status":"COMPLETED"}', at from old`,
    'vacuum analyze',
  ])
    await pool.query(statement);
}

/** The most memory the worker takes while this many documents wait for a slow generator. MB. */
export async function memoryInFlight(house: House, oms: Contestant, count: number): Promise<number> {
  await generatorTakes(house, 3_600_000);
  let most = 0;
  const loading = oms.load(count);
  const waiting = async () =>
    (await oms.pool.query(`select count(*)::int as n from progress where ended_at is null and stage = 'poll'`)).rows[0]
      .n as number;
  while ((await waiting()) < count) {
    most = Math.max(most, rssMb(oms.pids.worker));
    await sleep(200);
  }
  await loading;
  // Some rounds of polling with all of them in flight.
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(200))
    most = Math.max(most, rssMb(oms.pids.worker));
  await generatorTakes(house, 1);
  return most;
}

/** Kills the worker while it is busy, another one beside it: how long until everything it had in hand has moved. Seconds. */
export async function killedWorker(house: House, oms: Contestant, settings: Record<string, string>): Promise<number> {
  const port = await freePort();
  const other = await house.spawn('second worker', ['src/main.ts', 'worker', 'sweep'], {
    ...settings,
    PORT: `${port}`,
  });
  const isReady = async () =>
    (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.ok || undefined;
  await other.until(isReady);
  await generatorTakes(house, 100);
  const loading = oms.load(5_000);
  const held = async () =>
    (
      await oms.pool.query<{ id: string; revision: number }>(
        `select id, revision from progress where status = 'running'`,
      )
    ).rows;
  while ((await held()).length < 50) await sleep(5);
  process.kill(oms.pids.worker, 'SIGKILL');
  const killedAt = performance.now();
  const hers = await held();
  const unmoved = async () =>
    (
      await oms.pool.query<{ n: number }>(
        `select count(*)::int as n from progress p join unnest($1::uuid[], $2::int[]) as h (id, revision) using (id) where p.revision = h.revision`,
        [hers.map(({ id }) => id), hers.map(({ revision }) => revision)],
      )
    ).rows[0]?.n;
  while ((await unmoved()) !== 0) await sleep(50);
  const seconds = (performance.now() - killedAt) / 1_000;
  await loading;
  return seconds;
}

async function generatorTakes(house: House, ms: number): Promise<void> {
  const control = new URL('/sandbox/batch-ms', house.thunderhead.url);
  const answer = await fetch(control, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ms }),
  });
  if (!answer.ok) throw new Error(`${control}: ${answer.status} ${await answer.text()}`);
}
