import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { type Contestant, measure, median, type Run } from './contestant.ts';
import { type House, openHouse } from './house.ts';
import { fullTables, killedWorker, memoryInFlight } from './long.ts';
import { startOms } from './oms.ts';
import { startTwin } from './twin.ts';

/**
 * `npm run bench`: the OMS against its straightforward twin, in turns, on the same PostgreSQL, Redis, Kafka and sandbox.
 * It measures and asserts nothing. `-- --json` ends with one line of ratios, `-- --quick` runs fewer documents, `-- --all`
 * adds the long ones: full tables, many documents in flight, a killed worker.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
});
const size = flags.quick
  ? { oms: 2_000, twin: 400, steadySeconds: 10, rounds: 1 }
  : { oms: 6_000, twin: 1_000, steadySeconds: 30, rounds: Number(flags.rounds) };
const generatorMs = 100;
const inFlight = 200;
const perSecond = 20;

const say = (line = '') => process.stdout.write(`${line}\n`);

await using house = await openHouse(generatorMs);
const oms = await startOms(house, 'oms', 1);
const twin = await startTwin(house, 2);
if (!house.services.kafkaBrokers) throw new Error(`there is no Kafka: ${house.services.reasons.kafka}`);
const countOf = (contestant: Contestant) => (contestant === oms ? size.oms : size.twin);

const flood = async (contestant: Contestant, count: number) => {
  const driver = await house.spawn(
    'driver',
    ['test/bench/driver.ts', 'flood', contestant.url, `${count}`, `${inFlight}`],
    {},
  );
  const { code } = await driver.exited;
  if (code !== 0) throw new Error(`the driver failed: ${driver.output()}`);
};

say(
  `${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, Linux ${release()}; PostgreSQL with fsync, Kafka acks all`,
);
say(
  `documents: OMS ${size.oms}, twin ${size.twin} a run; ${size.rounds} rounds in turns, medians; generator ${generatorMs} ms`,
);
for (const contestant of [oms, twin]) await flood(contestant, countOf(contestant) / 2).then(() => settled(contestant));

const bulk = await inTurns(house, (contestant, count) => contestant.load(count));
const single = await inTurns(house, flood);
show('In bulk', bulk);
show(`${inFlight} single POSTs in flight`, single);
const latency = await steady(oms);
say(
  `\nLatency at ${perSecond} documents/s, from POST to the event in a consumer's hands, above the generator's ${generatorMs} ms:`,
);
say(`  OMS   p50 ${latency.p50.toFixed(1)} ms (goal <= 15)   p99 ${latency.p99.toFixed(1)} ms (goal <= 40)`);

if (flags.all) {
  say(
    `\nCPU per document with 1,000,000 finished rows, against none: ${(await fullTables(house, oms, size.oms)).toFixed(2)} (goal <= 1.1)`,
  );
  say(
    `Worker memory with 50,000 documents in flight: ${(await memoryInFlight(house, oms, 50_000)).toFixed(0)} MB (goal <= 300)`,
  );
  say(
    `A killed worker's documents move again after ${(await killedWorker(house, oms, oms.settings)).toFixed(1)} s (goal <= 10)`,
  );
}

if (flags.json)
  say(
    JSON.stringify({
      bulkRatio: round(ratio(bulk)),
      singleRatio: round(ratio(single)),
      cpuRatio: round(cpuRatio(bulk)),
      p50OverheadMs: round(latency.p50),
      p99OverheadMs: round(latency.p99),
    }),
  );
await Promise.all([oms.pool.end(), twin.pool.end()]);

interface Duel {
  oms: Run[];
  twin: Run[];
}

async function inTurns(
  where: House,
  begin: (contestant: Contestant, count: number) => Promise<unknown>,
): Promise<Duel> {
  const duel: Duel = { oms: [], twin: [] };
  for (let round = 0; round < size.rounds; round++)
    for (const contestant of [oms, twin]) {
      const count = countOf(contestant);
      const run = await measure(where, contestant, count, () => begin(contestant, count));
      duel[contestant === oms ? 'oms' : 'twin'].push(run);
    }
  return duel;
}

/** Until nothing is on its way any more: the warm-up must not be counted. */
async function settled(contestant: Contestant): Promise<void> {
  const goal = countOf(contestant) / 2;
  while ((await contestant.finished()) < goal) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function steady(contestant: Contestant): Promise<{ p50: number; p99: number }> {
  const count = `${perSecond * size.steadySeconds}`;
  const driver = await house.spawn(
    'steady driver',
    ['test/bench/driver.ts', 'steady', contestant.url, count, `${perSecond}`, house.services.kafkaBrokers ?? ''],
    {},
  );
  const { code } = await driver.exited;
  if (code !== 0) throw new Error(`the driver failed: ${driver.output()}`);
  const times = (JSON.parse(driver.output().trim().split('\n').at(-1) ?? '[]') as (number | null)[]).map(
    (time) => time ?? Number.POSITIVE_INFINITY,
  );
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) - generatorMs;
  return { p50: at(0.5), p99: at(0.99) };
}

function show(title: string, duel: Duel): void {
  const cell = (runs: readonly Run[], value: (run: Run) => number) =>
    `${Math.round(median(runs.map(value)))}`.padStart(9);
  say(
    `\n${title.padEnd(30)}${['docs/s', 'CPU us', 'Node', 'Postgres', 'Redis', '| Kafka', 'sandbox'].map((head) => head.padStart(9)).join('')}`,
  );
  for (const name of ['oms', 'twin'] as const) {
    const runs = duel[name];
    const { cpu } = { cpu: (key: keyof Run['cpu']) => cell(runs, (run) => run.cpu[key]) };
    say(
      `  ${name.padEnd(28)}${cell(runs, (run) => run.docsPerSecond)}${cpu('counted')}${cpu('node')}${cpu('postgres')}${cpu('redis')}${cpu('kafka')}${cpu('sandbox')}`,
    );
  }
  say(
    `  documents/s: ${ratio(duel).toFixed(1)} times (goal >= 8)   CPU per document: 1/${(1 / cpuRatio(duel)).toFixed(1)} (goal 1/8)`,
  );
}

function ratio({ oms: ours, twin: theirs }: Duel): number {
  return median(ours.map((run) => run.docsPerSecond)) / median(theirs.map((run) => run.docsPerSecond));
}

function cpuRatio({ oms: ours, twin: theirs }: Duel): number {
  return median(ours.map((run) => run.cpu.counted)) / median(theirs.map((run) => run.cpu.counted));
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
