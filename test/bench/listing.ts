import { parseArgs } from 'node:util';
import pg from 'pg';
import { listRequests } from '#src/api/requests/list.ts';
import type { RequestFilter } from '#src/api/requests/list-query.ts';
import { Summaries } from '#src/api/requests/summary.ts';
import { migrate } from '#src/platform/migrate.ts';
import type { VisibleSources } from '#src/security/caller.ts';
import { fillVaried } from './fill-varied.ts';
import { type House, openHouse } from './house.ts';
import { verdict } from './report.ts';

/**
 * How long a page of the list takes with a million requests in the tables, filter by filter; p50 and p99 of a hundred
 * calls, milliseconds. `node test/bench/listing.ts [--rows N]`
 */
const stages = ['validate', 'submit', 'poll', 'publish'] as const;
const calls = 100;

interface Case {
  name: string;
  filter?: RequestFilter;
  visible?: VisibleSources;
  limit?: number;
  total?: boolean;
  /** Pages read before the one that is timed. */
  deep?: number;
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

const cases = (): Case[] => [
  { name: 'no filter' },
  { name: 'no filter, 500 a page', limit: 500 },
  { name: 'no filter, counted', total: true },
  { name: 'the hundredth page', deep: 99 },
  ...(['QUEUED', 'PROCESSING', 'COMPLETED', 'REJECTED', 'FAILED', 'STOPPED', 'CANCELLED'] as const).map((status) => ({
    name: `status ${status}`,
    filter: { status: [status] },
  })),
  { name: 'status FAILED or QUEUED', filter: { status: ['FAILED', 'QUEUED'] } },
  { name: 'status FAILED, counted', filter: { status: ['FAILED'] }, total: true },
  ...stages.map((stage) => ({ name: `stage ${stage}`, filter: { stage: [stage] } })),
  { name: 'source ARCADE', filter: { sourceSystem: 'ARCADE' } },
  { name: 'source TINY (10 requests)', filter: { sourceSystem: 'TINY' } },
  { name: 'source that is unknown', filter: { sourceSystem: 'NOBODY' } },
  { name: 'type POLICY', filter: { documentType: 'POLICY' } },
  { name: 'name IVZRECPA', filter: { documentName: 'IVZRECPA' } },
  { name: 'name IVRARE (the oldest)', filter: { documentName: 'IVRARE' } },
  { name: 'name that is unknown', filter: { documentName: 'NOTHING' } },
  { name: 'correlation id', filter: { requestCorrelationId: 'made-500000' } },
  { name: 'correlation id that is unknown', filter: { requestCorrelationId: 'nothing' } },
  { name: 'error code, common', filter: { errorCode: 'OMS_BATCH_ERRORED' } },
  { name: 'error code, the oldest', filter: { errorCode: 'OMS_BATCH_LOST' } },
  { name: 'error code that is unknown', filter: { errorCode: 'OMS_NOTHING' } },
  { name: 'received in the last hour', filter: { receivedFrom: daysAgo(1 / 24) } },
  { name: 'received on one day', filter: { receivedFrom: daysAgo(16), receivedTo: daysAgo(15) } },
  { name: 'received before everything', filter: { receivedTo: daysAgo(60) } },
  { name: 'received on one day, counted', filter: { receivedFrom: daysAgo(16), receivedTo: daysAgo(15) }, total: true },
  { name: 'FAILED of ARCADE (none)', filter: { status: ['FAILED'], sourceSystem: 'ARCADE' } },
  {
    name: 'COMPLETED on one day',
    filter: { status: ['COMPLETED'], receivedFrom: daysAgo(16), receivedTo: daysAgo(15) },
  },
  { name: 'FAILED on one day', filter: { status: ['FAILED'], receivedFrom: daysAgo(16), receivedTo: daysAgo(15) } },
  { name: 'INVOICE of CIBT (none)', filter: { documentType: 'INVOICE', sourceSystem: 'CIBT' } },
  { name: 'POLICY, REJECTED', filter: { documentType: 'POLICY', status: ['REJECTED'] } },
  { name: 'IVZRECPA with a common error', filter: { documentName: 'IVZRECPA', errorCode: 'OMS_BATCH_ERRORED' } },
  { name: 'client TINY: no filter', visible: ['TINY'] },
  { name: 'client TINY: COMPLETED', visible: ['TINY'], filter: { status: ['COMPLETED'] } },
  { name: 'client TINY: FAILED', visible: ['TINY'], filter: { status: ['FAILED'] } },
  { name: 'client TINY: in flight', visible: ['TINY'], filter: { status: ['PROCESSING'] } },
  { name: 'client TINY: INVOICE, counted', visible: ['TINY'], filter: { documentType: 'INVOICE' }, total: true },
];

interface ListingTimes {
  /** By the name of the case. */
  cases: Record<string, { p50: number; p99: number; items: number }>;
  worstP99: number;
  /** Counting everything anew. */
  summaryMs: number;
}

/** In a database of its own, filled with this many requests. */
async function timeListing(house: House, rows: number, say: (line: string) => void): Promise<ListingTimes> {
  const databaseUrl = await house.database('listing');
  await migrate(databaseUrl);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  try {
    await fillVaried(pool, rows);
    return await timeCases(pool, say);
  } finally {
    await pool.end();
  }
}

async function timeCases(pool: pg.Pool, say: (line: string) => void): Promise<ListingTimes> {
  const times: ListingTimes = { cases: {}, worstP99: 0, summaryMs: 0 };
  for (const each of cases()) {
    const timed = await time(pool, each);
    times.cases[each.name] = timed;
    times.worstP99 = Math.max(times.worstP99, timed.p99);
    const figures = [timed.p50, timed.p99].map((ms) => ms.toFixed(1).padStart(8)).join('');
    say(`  ${each.name.padEnd(34)}${figures}${`${timed.items}`.padStart(6)}`);
  }
  const startedAt = performance.now();
  await new Summaries(pool, stages).of('all');
  times.summaryMs = performance.now() - startedAt;
  return times;
}

async function time(pool: pg.Pool, each: Case): Promise<{ p50: number; p99: number; items: number }> {
  const { filter = {}, visible = 'all', limit = 50, total = false, deep = 0 } = each;
  let after: string | undefined;
  const page = () => listRequests(pool, { ...filter, limit, total, ...(after && { after }) }, visible, stages);
  for (let read = 0; read < deep; read++) after = (await page()).items.at(-1)?.id;
  const times: number[] = [];
  let items = 0;
  for (let call = -10; call < calls; call++) {
    const startedAt = performance.now();
    items = (await page()).items.length;
    if (call >= 0) times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.ceil(times.length * part) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), items };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  await using house = await openHouse(100);
  say(`A page of ${values.rows} requests${' '.repeat(18)}p50     p99 items`);
  const { worstP99, summaryMs } = await timeListing(house, Number(values.rows), say);
  say(`The slowest page, p99: ${verdict(worstP99, 50, 'ms')}; the summary, counted anew: ${summaryMs.toFixed(0)} ms`);
}
