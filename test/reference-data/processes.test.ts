import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { databaseSource } from '#src/reference-data/cache/database-source.ts';
import { readVersion } from '#src/reference-data/cache/snapshot.ts';
import { invoice } from '#test/support/documents.ts';
import { linkTo } from '#test/support/link.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { referenceApi, row } from './api.ts';

/** A pool that counts what is asked of it. */
function countingPool(databaseUrl: string) {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const texts: string[] = [];
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
  pool.query = ((first: unknown, ...others: unknown[]) => {
    texts.push(typeof first === 'string' ? first : (first as { text: string }).text);
    return query(first, ...others);
  }) as typeof pool.query;
  return { pool, whole: () => texts.filter((text) => text.includes('document_configuration')).length };
}

test('of many processes that need the rows of a version, the first reads the tables and the others Redis', async () => {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const address = redisUrl();
  const processes = Array.from({ length: 5 }, () => {
    const counted = countingPool(databaseUrl);
    opened.defer(() => counted.pool.end());
    const redis = new Redis(address);
    opened.defer(() => redis.disconnect());
    return { ...counted, source: databaseSource({ pool: counted.pool, redis }) };
  });
  const [first, ...others] = processes as [(typeof processes)[number], ...typeof processes];
  // One flight: however many ask at once.
  const snapshots = await Promise.all(Array.from({ length: 20 }, () => first.source.newerThan(undefined)));
  expect(first.whole()).toBe(1);
  for (const { source } of others) expect(await source.newerThan(undefined)).toEqual(snapshots[0]);
  expect(others.map(({ whole }) => whole())).toEqual([0, 0, 0, 0]);
  // Another version is another key: nothing was deleted, and nothing old is found.
  await first.pool.query(`update reference_data set description = 'new' where code = 'IVZRECPA'`);
  const newest = await others[0]?.source.newerThan(snapshots[0]?.version);
  expect(newest?.version).toBe(await readVersion(first.pool));
  expect(newest?.rows.find(({ code }) => code === 'IVZRECPA')?.description).toBe('new');
});

test('rubbish in Redis, or no Redis any more: the database answers', async () => {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const link = opened.use(await linkTo(redisUrl()));
  const pool = new Pool({ connectionString: databaseUrl });
  opened.defer(() => pool.end());
  const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 500 };
  const redis = new Redis(link.url, options).on('error', () => undefined);
  opened.defer(() => redis.disconnect());
  await eventually(() => redis.status === 'ready');
  const source = databaseSource({ pool, redis });
  const first = await source.newerThan(undefined);
  expect(first?.rows.length).toBeGreaterThan(10);
  link.cut();
  await pool.query(`update reference_data set description = 'new' where code = 'IVZRECPA'`);
  const second = await source.newerThan(first?.version);
  expect(second?.rows.find(({ code }) => code === 'IVZRECPA')?.description).toBe('new');
});

test('a Redis that swallows commands does not keep anybody waiting for long', async () => {
  await using opened = new AsyncDisposableStack();
  const pool = new Pool({ connectionString: await freshDatabase() });
  opened.defer(() => pool.end());
  const redis = new Redis(redisUrl(), { commandTimeout: 100 });
  opened.defer(() => redis.disconnect());
  await redis.ping();
  await redis.client('PAUSE', 1_000, 'ALL');
  expect((await databaseSource({ pool, redis }).newerThan(undefined))?.rows.length).toBeGreaterThan(10);
});

test('a client that is given a row is let in at once', async () => {
  await using oms = await startOms({ roles: ['api', 'reference-data'] });
  const newcomer = oms.with(await oms.oidm.issue('arcade', { client: 'newcomer', scope: 'oms.request' }));
  const post = async () => (await newcomer.send(JSON.stringify(invoice()))).status;
  expect(await post()).toBe(403);
  const content = { type: 'CLIENT', code: 'newcomer', attributes: { sourceSystems: ['ARCADE'] } };
  await referenceApi(oms).create('rows', row.rows(content));
  expect(await post()).toBe(202);
});

test('with REFERENCE_DATA_URL the rows come from there, and documents flow; without it they wait for the grace', async () => {
  await using service = await startOms({ roles: ['reference-data'] });
  await using link = await linkTo(service.url);
  const environment = {
    REFERENCE_DATA_URL: link.url,
    OIDM_CLIENT_ID: 'ops',
    OIDM_CLIENT_SECRET: 'ops-secret',
    REFERENCE_DATA_GRACE_MS: '60000',
    // The one whose tokens the service takes.
    OIDM_URL: service.oidm.url,
  };
  await using oms = await startOms({ environment });
  const as = oms.with(await service.oidm.token('arcade'));
  const ops = oms.with(await service.oidm.token('ops'));
  const ends = async (body: object) => ops.finished(await as.post(body as never));
  expect(await ends(invoice())).toMatchObject({ status: 'COMPLETED' });
  // Their own tables do not matter here.
  await oms.pool.query('delete from reference_data');
  link.cut();
  expect(await ends(invoice())).toMatchObject({ status: 'COMPLETED' });
  await eventually(async () => /^stale/.test(String((await oms.fetch('/health/ready')).json.referenceData)));
  expect(oms.log.filter(({ msg }) => msg.startsWith('reference data:'))).toHaveLength(1);
});

test('while the database is away the API answers with what it knows, and says that it may be stale', async () => {
  await using oms = await startOms({ roles: ['reference-data'], environment: { REFERENCE_DATA_GRACE_MS: '600000' } });
  await using opened = new AsyncDisposableStack();
  const link = opened.use(await linkTo(oms.databaseUrl));
  await using other = await startOms({ roles: ['reference-data'], environment: { DATABASE_URL: link.url } });
  const api = referenceApi(other);
  const resolve = '/resolve?documentName=IVZRECPA&footerId=1&code=SIGNEE_1';
  const fresh = await api.get(resolve);
  expect(fresh.json).toMatchObject({ value: 'Head of Collections', stale: false });
  expect(fresh.headers.get('cache-status')).toBe('oms; hit; ttl=0');
  const snapshot = await api.get('/snapshot');
  expect((await api.get('/snapshot', { 'if-none-match': snapshot.headers.get('etag') ?? '' })).status).toBe(304);
  link.cut();
  const stale = await api.get(resolve);
  expect(stale.json).toMatchObject({ value: 'Head of Collections', stale: true });
  expect(stale.headers.get('cache-status')).toMatch(/^oms; hit; ttl=-\d+$/);
  expect((await api.get('/snapshot')).headers.get('cache-status')).toMatch(/ttl=-/);
  expect(await api.post('rows', row.rows())).toMatchObject({ status: 503, json: { code: 'OMS_DATABASE_UNAVAILABLE' } });
  link.mend();
  await eventually(async () => (await api.get(resolve)).json.stale === false);
});

test('the readiness probe says where reference data stands', async () => {
  await using oms = await startOms({ roles: ['reference-data'] });
  await referenceApi(oms).get('/resolve?documentName=IVZRECPA&code=SIGNEE_1');
  expect((await oms.fetch('/health/ready')).json).toMatchObject({ ready: true, referenceData: 'as the source has it' });
});
