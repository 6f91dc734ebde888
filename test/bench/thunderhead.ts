import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type House, openHouse } from './house.ts';
import { type OmsContestant, startOms } from './oms.ts';
import { verdict } from './report.ts';
import { clientCost } from './thunderhead-cpu.ts';

/**
 * `node test/bench/thunderhead.ts`: what calling Thunderhead costs, by the sandbox's own counts. How much CPU the client adds to
 * undici; calls and polls per document, each alone and in batches that are asked about when they are likely done; what
 * an outage of a minute costs, and how fast and how fairly what has waited drains. `--only cpu,calls,outage`, `--quick`.
 */
const { values: flags } = parseArgs({
  options: { only: { type: 'string', default: 'cpu,calls,outage' }, quick: { type: 'boolean', default: false } },
});
const wanted = new Set(flags.only.split(','));
const say = (line: string) => process.stdout.write(`${line}\n`);

if (wanted.has('cpu')) {
  await using house = await openHouse(100);
  for (const size of [50, 1]) {
    const { bareUs, clientUs, writingUs } = await clientCost(house, {
      size,
      documents: size === 1 ? 3_000 : 20_000,
      rounds: 3,
    });
    const added = verdict(clientUs - bareUs, 60, 'us');
    say(
      `  ${size} a call: undici alone ${bareUs.toFixed(1)} us a document (${writingUs.toFixed(1)} of it write the body), the client adds ${added}`,
    );
  }
}

if (wanted.has('calls')) {
  const documents = flags.quick ? 2_000 : 10_000;
  say(`\n${documents} documents in bulk, 12,000 calls a minute (100 a minute, 120 times as fast), a generator of 2 s`);
  const before = await callsPer(documents, { THUNDERHEAD_BATCH_SIZE: '1', THUNDERHEAD_CALLS_PER_MINUTE: '12000' }, 0);
  say(
    `  each alone, nothing learnt:  ${before.calls.toFixed(3)} calls a document, ${before.polls.toFixed(3)} of them polls; ${before.seconds.toFixed(0)} s`,
  );
  const after = await callsPer(documents, { THUNDERHEAD_CALLS_PER_MINUTE: '12000' }, 500);
  say(
    `  in batches of 50, learnt:    ${verdict(after.calls, 0.1, 'calls')} a document, ${after.polls.toFixed(3)} of them polls; ${after.seconds.toFixed(0)} s`,
  );
}

if (wanted.has('outage')) {
  const seconds = flags.quick ? 10 : 60;
  say(
    `\n${seconds} s without Thunderhead; two sources, 4,000 and 2,000 documents waiting, weights 1 and 2; 600 calls a minute, 5 documents a call`,
  );
  await outage(seconds);
}

interface CallsPer {
  calls: number;
  polls: number;
  seconds: number;
}

/** Calls a document, after `warmUp` documents whose durations may be learnt. */
async function callsPer(documents: number, settings: Record<string, string>, warmUp: number): Promise<CallsPer> {
  await using house = await openHouse(2_000);
  const oms = await startOms(house, 'calls', 3, settings);
  if (warmUp > 0) {
    await oms.load(warmUp);
    await idle(oms);
    // What was learnt is written down every two seconds.
    await sleep(3_000);
  }
  await ask(house, 'reset', {});
  const since = Date.now();
  await oms.load(documents);
  await idle(oms);
  const { calls } = await counts(house);
  const all = total(calls);
  await oms.pool.end();
  return {
    calls: all / documents,
    polls: (calls.getBatchStatuses ?? 0) / documents,
    seconds: (Date.now() - since) / 1_000,
  };
}

async function outage(seconds: number): Promise<void> {
  await using house = await openHouse(500);
  const perMinute = 600;
  const size = 5;
  const oms = await startOms(house, 'outage', 3, {
    ...{
      THUNDERHEAD_CALLS_PER_MINUTE: `${perMinute}`,
      THUNDERHEAD_BATCH_SIZE: `${size}`,
      THUNDERHEAD_TIMEOUT_MS: '2000',
    },
  });
  const { pool } = oms;
  await pool.query(
    `update reference_data set attributes = '{"weight": 2}' where type = 'SOURCE_SYSTEM' and code = 'CIBT'`,
  );
  await oms.load(50);
  await idle(oms);
  await ask(house, 'outage', { mode: 'unavailable' });
  await house.load('loader of arcade', ['test/bench/oms-loader.ts', '4000'], oms.settings);
  await house.load('loader of cibt', ['test/bench/oms-loader.ts', '2000', 'CIBT'], oms.settings);
  await sleep(seconds * 1_000);
  const { rows: burnt } = await pool.query(
    'select max(attempts)::int as most, count(*)::int as waiting from progress where ended_at is null',
  );
  say(`  attempts burnt: ${burnt[0].most}; ${burnt[0].waiting} documents waited`);
  await ask(house, 'outage', { mode: 'none' });
  const before = await counts(house);
  const openAt = Date.now();
  while ((await counts(house)).accepted === before.accepted) await sleep(50);
  const backAt = Date.now();
  const start = await counts(house);
  // While both sources wait.
  await sleep(60_000);
  const end = await counts(house);
  const used = (total(end.calls) - total(start.calls)) / ((Date.now() - backAt) / 1_000) / (perMinute / 60);
  const { rows } = await pool.query(
    `select source_system as source, count(*)::int as n from batch join document_request r on r.id = request_id
     where confirmed_at > $1 group by 1`,
    [new Date(backAt + 2_000)],
  );
  const by = new Map(rows.map(({ source, n }) => [source, n as number]));
  const share = (by.get('CIBT') ?? 0) / ((by.get('CIBT') ?? 0) + (by.get('ARCADE') ?? 0));
  say(`  first document ${((backAt - openAt) / 1_000).toFixed(1)} s after Thunderhead came back (one probe at a time)`);
  say(`  in the minute after: ${verdict(used, 0.9, 'of the budget used', 'least')}`);
  say(`  the source of weight 2 had ${((share / (2 / 3)) * 100).toFixed(0)} % of its share (goal 80 to 120)`);
  await idle(oms);
  const last = await counts(house);
  say(`  accepted ${last.accepted}, accepted twice ${last.acceptedTwice.length}`);
  await pool.end();
}

interface Counts {
  calls: Record<string, number>;
  accepted: number;
  acceptedTwice: string[];
}

function total(calls: Record<string, number>): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

async function idle({ busy }: OmsContestant): Promise<void> {
  while (await busy()) await sleep(100);
}

function counts(house: House): Promise<Counts> {
  return ask(house, 'counts');
}

async function ask<T>({ thunderhead: { url } }: House, dial: string, value?: object): Promise<T> {
  const init = value && { method: 'POST', body: JSON.stringify(value) };
  const response = await fetch(`${new URL(url).origin}/sandbox/${dial}`, init);
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
