import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { type Scrape, scrape } from './scrape.ts';

/** The metrics of the whole product after traffic that is known: who sends what, and what becomes of it. */

describe('after three invoices that complete, one that fails, one that is wrong, and an offer', () => {
  let oms: Oms;
  let read: Scrape;
  /** Calls that arrived at Thunderhead. */
  let seen: number;

  beforeAll(async () => {
    oms = await startOms({ roles: ['api', 'worker', 'sweep'], environment: eachAlone });
    const ids = await Promise.all([
      ...[1, 2, 3].map(() => oms.post(invoice())),
      oms.post(troubled('error')),
      oms.post(invoice({ documentType: 'NO_SUCH_TYPE' })),
      oms.post(offer()),
    ]);
    await Promise.all(ids.map((id) => oms.finished(id)));
    // A step is counted a moment after it can be seen.
    read = await eventually(async () => {
      const scraped = await scrape(oms.url);
      return scraped.sum('oms_stage_duration_seconds_count', { stage: 'publish' }) === ids.length && scraped;
    });
    const { calls } = await oms.sandbox.counts();
    seen = Object.values(calls).reduce((total, count) => total + count, 0);
  });
  afterAll(() => oms?.close());

  test('every metric of ours keeps to the conventions of Prometheus, and says what it means', () => {
    const ours = [...read.types].filter(([name]) => name.startsWith('oms_'));
    expect(ours.length).toBeGreaterThan(15);
    for (const [name, type] of ours) {
      expect(name).toMatch(/^oms(_[a-z]+)+$/);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  test('requests are counted as they come in and as they end, by source, type and status', () => {
    expect(read.sum('oms_requests_received_total')).toBe(6);
    expect(read.values('oms_requests_received_total', { source: 'ARCADE', type: 'INVOICE' })).toEqual([4]);
    const ended = (labels: Record<string, string>) => read.values('oms_requests_ended_total', labels);
    expect(ended({ source: 'ARCADE', type: 'INVOICE', status: 'COMPLETED' })).toEqual([3]);
    expect(ended({ source: 'ARCADE', type: 'INVOICE', status: 'FAILED' })).toEqual([1]);
    expect(ended({ source: 'ARCADE', type: 'NO_SUCH_TYPE', status: 'REJECTED' })).toEqual([1]);
    expect(ended({ source: 'CIBT', type: 'POLICY', status: 'COMPLETED' })).toEqual([1]);
    expect(read.sum('oms_requests_ended_total')).toBe(6);
    expect(read.sum('oms_requests_in_flight')).toBe(0);
  });

  test('a repeated request is not counted again', async () => {
    const body = invoice();
    await oms.finished(await oms.post(body));
    const before = (await scrape(oms.url)).sum('oms_requests_received_total');
    await oms.post(body);
    expect((await scrape(oms.url)).sum('oms_requests_received_total')).toBe(before);
  });

  test('each stage tells how long documents were at it, once for each, and how they left', () => {
    const left = (stage: string, outcome: string) =>
      read.sum('oms_stage_duration_seconds_count', { pipeline: 'document', stage, outcome });
    expect([left('validate', 'done'), left('validate', 'rejected')]).toEqual([5, 1]);
    expect([left('submit', 'done'), left('poll', 'done'), left('poll', 'failed')]).toEqual([5, 4, 1]);
    expect(left('publish', 'done')).toBe(6);
    expect(read.sum('oms_stage_duration_seconds_sum', { stage: 'poll' })).toBeGreaterThan(0.03);
    expect(read.values('oms_publish_delay_seconds_count')).toEqual([6]);
  });

  test('nothing is in flight, at any stage, and that is said and not left out', () => {
    expect(read.values('oms_stage_oldest_age_seconds', { pipeline: 'document' })).toEqual([0, 0, 0, 0]);
    expect(read.values('oms_publish_lag_seconds')).toEqual([0]);
    expect(read.values('oms_stage_items', { pipeline: 'document' })).toEqual(Array(12).fill(0));
  });

  test('what does not get on is counted by code, and by cause', () => {
    expect(read.values('oms_error_rows', { stage: 'poll', code: 'OMS_BATCH_ERRORED' })).toEqual([1]);
    expect(read.sum('oms_error_rows')).toBe(2);
    expect(read.sum('oms_error_fingerprint_rows')).toBe(2);
    for (const { name, labels } of read.samples)
      if (name === 'oms_error_fingerprint_rows') expect(labels.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('the calls to Thunderhead by operation and outcome, as many as Thunderhead has seen', () => {
    const answered = (operation: string) => read.sum('oms_thunderhead_calls_total', { operation, outcome: 'answered' });
    expect(answered('submit')).toBe(5);
    expect(answered('errors')).toBe(1);
    expect(answered('status')).toBeGreaterThan(0);
    expect(read.sum('oms_thunderhead_calls_total')).toBe(seen);
    expect(read.sum('oms_thunderhead_call_duration_seconds_count')).toBe(read.sum('oms_thunderhead_calls_total'));
  });

  test('the breaker and the budget of all processes', () => {
    expect(read.values('oms_thunderhead_breaker_state', { state: 'closed' })).toEqual([1]);
    expect(read.sum('oms_thunderhead_breaker_state')).toBe(1);
    expect(read.values('oms_thunderhead_breaker_opened_total')).toEqual([0]);
    expect(read.values('oms_thunderhead_budget_limit', { limit: 'calls_per_minute' })).toEqual([1_000_000]);
    expect(read.sum('oms_thunderhead_budget_granted_last_minute')).toBeGreaterThanOrEqual(6);
    expect(read.values('oms_thunderhead_budget_tokens')).toHaveLength(1);
    expect(read.values('oms_thunderhead_budget_calls_in_flight')).toHaveLength(1);
  });

  test('the queues, the event loop and the process', () => {
    expect(read.values('oms_queue_jobs', { queue: 'document-poll' })).toHaveLength(4);
    expect(read.values('oms_queue_jobs', { queue: 'document-poll', state: 'failed' })).toEqual([0]);
    for (const name of ['nodejs_eventloop_lag_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes'])
      expect(read.values(name)).toHaveLength(1);
    expect(read.samples.filter(({ name }) => name === 'oms_metrics_source_up').map(({ value }) => value)).toEqual([
      ...Array(6).fill(1),
    ]);
  });

  test('nobody’s data is in it', async () => {
    const text = await (await fetch(`${oms.url}/metrics`)).text();
    expect(text).not.toMatch(/C-1001|Bjørnøy|corr|test-|arcade/);
  });
});

test('a bell that is lost is one ring of the sweep', async () => {
  const redis = redisUrl();
  await using oms = await startOms({
    environment: { REDIS_URL: redis, SWEEP_INTERVAL_MS: '50', SWEEP_GRACE_MS: '200' },
  });
  const notBefore = new Date(Date.now() + 1_500).toISOString();
  const id = await oms.post(invoice({ notBefore }));
  const connection = new Redis(redis, { maxRetriesPerRequest: null });
  const queue = new Queue('document-validate', { connection, prefix: 'oms' });
  const job = await eventually(async () => (await queue.getDelayed())[0]);
  await job.remove();
  await queue.close();
  connection.disconnect();
  await oms.finished(id);
  const read = await scrape(oms.url);
  expect(read.values('oms_sweep_rings_total', { pipeline: 'document', stage: 'validate' })).toEqual([1]);
  expect(read.sum('oms_sweep_rings_total')).toBe(1);
});

test('what waits is told with its age, its state and its client’s words for it', async () => {
  await using oms = await startOms({ roles: ['api', 'sweep'] });
  await oms.post(invoice());
  await oms.post(invoice({ notBefore: new Date(Date.now() + 3_600_000).toISOString() }));
  await oms.pool.query(`update progress set since = since - interval '1 hour'`);
  const read = await scrape(oms.url);
  const items = (state: string) => read.values('oms_stage_items', { stage: 'validate', state });
  expect([items('waiting'), items('delayed'), items('active')]).toEqual([[1], [1], [0]]);
  const [age = 0] = read.values('oms_stage_oldest_age_seconds', { stage: 'validate' });
  expect(age).toBeGreaterThanOrEqual(3_600);
  expect(age).toBeLessThan(3_660);
  expect(read.values('oms_publish_lag_seconds')).toEqual([0]);
  expect(read.values('oms_requests_in_flight', { source: 'ARCADE', type: 'INVOICE', status: 'QUEUED' })).toEqual([2]);
});

test('a database that is away takes its own numbers with it, and no others', async () => {
  await using oms = await startOms({ roles: ['api', 'worker', 'sweep'] });
  await oms.finished(await oms.post(invoice()));
  oms.pool.on('error', () => undefined);
  await using _closed = await withoutDatabase(oms.databaseUrl);
  const read = await scrape(oms.url);
  for (const source of ['stages', 'requests', 'errors', 'fingerprints'])
    expect(read.values('oms_metrics_source_up', { source })).toEqual([0]);
  expect(read.values('oms_metrics_source_up', { source: 'budget' })).toEqual([1]);
  expect(read.values('oms_stage_items')).toEqual([]);
  expect(read.values('oms_requests_ended_total')).toEqual([1]);
});

test('what takes too long to count is missing alone: how old the oldest is is told all the same', async () => {
  await using oms = await startOms({ roles: ['api', 'sweep'] });
  await oms.post(invoice());
  const client = new Client({ connectionString: oms.databaseUrl });
  await client.connect();
  await client.query('begin; lock table stage_error in access exclusive mode');
  const read = await scrape(oms.url);
  await client.end();
  const up = (source: string) => read.values('oms_metrics_source_up', { source });
  expect([up('errors'), up('fingerprints')]).toEqual([[0], [0]]);
  expect([up('stages'), up('requests')]).toEqual([[1], [1]]);
  expect(read.values('oms_publish_lag_seconds', { pipeline: 'document' })).toEqual([0]);
  expect(read.values('oms_stage_oldest_age_seconds', { pipeline: 'document' })).toHaveLength(4);
  expect(read.sum('oms_requests_in_flight')).toBe(1);
  expect(read.values('oms_error_rows')).toEqual([]);
});

/** Nobody gets in, and who was in is out; until disposed of. */
async function withoutDatabase(databaseUrl: string): Promise<AsyncDisposable> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const client = new Client({ connectionString: await freshDatabase() });
  await client.connect();
  await client.query(`alter database ${name} allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  return {
    async [Symbol.asyncDispose]() {
      await client.query(`alter database ${name} allow_connections true`);
      await client.end();
    },
  };
}

test('METRICS=off: there is nothing to read', async () => {
  await using oms = await startOms({ roles: ['api'], environment: { METRICS: 'off' } });
  expect((await fetch(`${oms.url}/metrics`)).status).toBe(404);
});

test('a process that only works tells what it did, and leaves the tables to others', async () => {
  await using oms = await startOms({ roles: ['api', 'worker'] });
  await oms.finished(await oms.post(invoice()));
  const read = await scrape(oms.url);
  expect(read.values('oms_requests_ended_total')).toEqual([1]);
  expect([...read.types.keys()].filter((name) => /oms_(stage_items|queue_jobs|error_rows)/.test(name))).toEqual([]);
});

test('what has ended and is not published yet is the publish lag', async () => {
  await using oms = await startOms({ roles: ['api', 'sweep'] });
  await oms.post(invoice());
  await oms.pool.query(
    `update progress set stage = 'publish', result = 'completed', since = since - interval '10 minutes'`,
  );
  const read = await scrape(oms.url);
  const [lag = 0] = read.values('oms_publish_lag_seconds', { pipeline: 'document' });
  expect(lag).toBeGreaterThanOrEqual(600);
  expect(lag).toBeLessThan(660);
  expect(read.values('oms_requests_in_flight', { status: 'PROCESSING' })).toEqual([1]);
});

test('a call that is turned away, gets no answer or is left without one is counted as that', async () => {
  await using oms = await startOms({ environment: eachAlone });
  const faults = ['throttled:1', 'unavailable:2', 'reset'];
  const ids = await Promise.all(faults.map((fault) => oms.post(troubled(fault))));
  await Promise.all(ids.map((id) => oms.finished(id)));
  const read = await scrape(oms.url);
  const submits = (outcome: string) => read.values('oms_thunderhead_calls_total', { operation: 'submit', outcome });
  expect([submits('throttled'), submits('unavailable'), submits('unanswered')]).toEqual([[1], [2], [1]]);
  // What was accepted without our being told is found, and not sent again.
  expect(submits('answered')).toEqual([2]);
  expect(read.sum('oms_thunderhead_calls_total', { operation: 'find', outcome: 'answered' })).toBeGreaterThan(0);
});
