import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contestant, type Loaded, measure } from './contestant.ts';
import { openHouse } from './house.ts';
import { fullTables, killedWorker, memoryInFlight } from './long.ts';
import { startOms } from './oms.ts';
import { cpuRatio, type Duel, ratio, showDuel, verdict } from './report.ts';
import { startTwin } from './twin.ts';

/**
 * `npm run bench`: the OMS against its straightforward twin, in turns, on the same PostgreSQL, Redis, Kafka and sandbox.
 * It measures and asserts nothing. `-- --json` ends with one line of ratios, `-- --quick` runs fewer documents, `-- --all`
 * adds the long ones (full tables, memory, a killed worker), `-- --only bulk,single,latency,tables,memory,kill` chooses; and
 * `-- --only verify,intake,ndjson,listing,thunderhead,rebuild` measures the front door, the client and the rebuilding of the
 * queues, each in a house of its own.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const usual = ['bulk', 'single', 'latency'];
const wanted = new Set(flags.only?.split(',') ?? (flags.all ? [...usual, 'tables', 'memory', 'kill'] : usual));
const size = flags.quick
  ? { oms: 2_000, twin: 400, steadySeconds: 10, rounds: 1, old: 100_000, inFlight: 5_000 }
  : { oms: 5_000, twin: 1_000, steadySeconds: 30, rounds: 3, old: 1_000_000, inFlight: 50_000 };
const ownHouses = ['verify', 'intake', 'ndjson', 'listing', 'thunderhead', 'rebuild'].filter((name) =>
  wanted.delete(name),
);
for (const name of ownHouses) {
  process.stdout.write(`\n${name}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
if (wanted.size === 0) process.exit();
const rounds = Number(flags.rounds ?? size.rounds);
const generatorMs = 100;
const posts = 200;
const perSecond = 20;

const say = (line = '') => process.stdout.write(`${line}\n`);
const figures: Record<string, number> = {};

await using house = await openHouse(generatorMs);
const oms = await startOms(house, 'oms', 1);
const twin = await startTwin(house, 2);
const contestants = [oms, twin];
if (!house.services.kafkaBrokers) throw new Error(`there is no Kafka: ${house.services.reasons.kafka}`);

say(`${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, Linux ${release()}`);
say('PostgreSQL with fsync, Redis with its append-only file, Kafka with acks of all; an API and a worker process each');
say(
  `documents a round: OMS ${size.oms}, twin ${size.twin}; ${rounds} rounds in turns, medians; generator ${generatorMs} ms`,
);
if (!flags.all && !flags.only) say('(-- --all adds: full tables, memory with many in flight, a killed worker)');

if (wanted.has('bulk')) {
  const duel = await inTurns((contestant, count) => contestant.load(count));
  say(showDuel('Handed over in bulk', duel));
  figures.bulkRatio = ratio(duel);
  figures.cpuRatio = cpuRatio(duel);
}

if (wanted.has('single')) {
  const duel = await inTurns(flood);
  say(showDuel(`${posts} single POSTs in flight`, duel));
  figures.singleRatio = ratio(duel);
}

if (wanted.has('latency')) {
  const { p50, p99 } = await steady(oms);
  say(
    `\n${perSecond} documents/s, from POST to the event in a consumer's hands, less the generator's ${generatorMs} ms`,
  );
  say(`  p50 ${verdict(p50, 15, 'ms')}   p99 ${verdict(p99, 40, 'ms')}`);
  figures.p50OverheadMs = p50;
  figures.p99OverheadMs = p99;
}

if (wanted.has('tables')) {
  const factor = await fullTables(house, oms, { count: size.oms, rounds, old: size.old });
  say(
    `\nCPU per document with ${size.old} finished ones in the tables, against none: ${verdict(factor, 1.1, 'times')}`,
  );
}

if (wanted.has('memory')) {
  const megabytes = await memoryInFlight(house, size.inFlight);
  say(`\nMost memory of a worker, ${size.inFlight} in flight: ${verdict(megabytes, 300, 'MB')}`);
}

if (wanted.has('kill')) {
  const seconds = await killedWorker(house);
  say(`\nAll documents of a worker that was killed have moved again after: ${verdict(seconds, 10, 's')}`);
}

if (flags.json)
  say(JSON.stringify(Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]))));
await Promise.all(contestants.map(({ pool }) => pool.end()));

/** The first round warms both up and is thrown away. */
async function inTurns(begin: (contestant: Contestant, count: number) => Promise<Loaded>): Promise<Duel> {
  const duel: Duel = { oms: [], twin: [] };
  for (let round = 0; round <= rounds; round++)
    for (const contestant of contestants) {
      const count = contestant === oms ? size.oms : size.twin;
      const run = await measure(house, contestant, count, () => begin(contestant, count));
      if (round > 0) duel[contestant === oms ? 'oms' : 'twin'].push(run);
    }
  return duel;
}

async function flood({ url }: Contestant, count: number): Promise<Loaded> {
  await house.run('driver', ['test/bench/driver.ts', 'flood', url, `${count}`, `${posts}`], {
    OIDM_URL: house.oidm.url,
  });
  return { cpuMs: 0 };
}

async function steady(contestant: Contestant): Promise<{ p50: number; p99: number }> {
  const { url } = contestant;
  // Warm, and the topic is there for its consumer.
  await measure(house, contestant, size.oms, () => flood(contestant, size.oms));
  const brokers = house.services.kafkaBrokers ?? '';
  const timed = (count: number) =>
    house.run('steady driver', ['test/bench/driver.ts', 'steady', url, `${count}`, `${perSecond}`, brokers], {
      OIDM_URL: house.oidm.url,
    });
  const output = await timed(perSecond * size.steadySeconds);
  // JSON has no infinity: null is an event that never came.
  const times = JSON.parse(output.split('\n').at(-1) ?? '[]') as (number | null)[];
  const sorted = times.map((time) => time ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN) - generatorMs;
  return { p50: at(0.5), p99: at(0.99) };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
