import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { environment } from '#src/config.ts';
import { readCommandLine } from './command-line.ts';
import { omsApi } from './demo/api.ts';
import { findingsTable, look } from './demo/findings.ts';
import { type Followed, postAndFollow } from './demo/follow.ts';
import { readEvents } from './demo/kafka-reader.ts';
import { openProgress } from './demo/progress.ts';
import { type DemoRequest, readRequests } from './demo/requests.ts';
import { sandboxTokens } from './demo/tokens.ts';
import { dataFolder, nearName, throwAwayFolder } from './folders.ts';
import { launch, type System } from './launch.ts';
import { warningOf } from './log-line.ts';
import { freePort } from './ports.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * `npm run demo [-- files]`: the same system as `npm start`, in a throw-away folder and on free ports. It posts the
 * project's own samples and the files given, follows each to its end, and believes only what can be seen from outside:
 * the PDF, and the event as a reader of the broker finds it. Exit code 0 means all of it was as it should be.
 */
const PATIENCE_MS = 60_000;
const PATIENCE_PER_REQUEST_MS = 2_000;

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

async function demo(files: readonly string[], stop: AbortSignal): Promise<boolean> {
  // npm runs scripts in the project's folder; names of files are meant from where the user stands.
  const from = (environment.npm_lifecycle_event && environment.INIT_CWD) || process.cwd();
  const requests = readRequests(files, from);
  for (const { file, repeats } of requests) {
    if (repeats) say(`Note: ${file} has the correlation id of ${repeats.file}.`);
  }
  const directory = throwAwayFolder('demo');
  let good = false;
  try {
    good = await inside(directory, requests, stop);
  } finally {
    if (good || stop.aborted) rmSync(directory, { recursive: true, force: true });
    else say(`\nWhat happened is in ${directory} (logs/oms.log).`);
  }
  return good;
}

async function inside(directory: string, requests: readonly DemoRequest[], stop: AbortSignal): Promise<boolean> {
  // Not the user's own database and Redis: a demo must not leave rows there, nor take jobs from another OMS.
  const { DATABASE_URL: _, REDIS_URL: __, HOST: ___, ...others } = environment;
  const warnings: string[] = [];
  say(`Starting the OMS in ${directory} ...`);
  const system = await launch({
    ...{ directory, environment: others, ports: 'free', apiPort: await freePort(), batchMs: 800 },
    ...{ signal: stop, log: say },
    onOmsLine: (line) => {
      const warning = warningOf(line);
      if (warning) warnings.push(warning);
    },
  });
  try {
    const { addresses, reasons } = system;
    say(`  Board  ${addresses.board}`);
    say(`  Redis  ${addresses.redis ? 'its own' : `none (${reasons.redis}); the queues are in PostgreSQL`}`);
    say(`  Kafka  ${addresses.kafka ?? `none (${reasons.kafka}); events are in the status feed`}\n`);
    const over = new AbortController();
    const broken = system.broken.then((reason) => {
      over.abort();
      throw new Error(reason);
    });
    const work = postAndJudge(requests, system, AbortSignal.any([stop, over.signal])).catch(async (error) => {
      // A call that fails because the OMS has just died is not the news; its death is.
      await Promise.race([broken, sleep(500)]);
      throw error;
    });
    const good = await Promise.race([work, broken]);
    if (!good && warnings.length > 0) say(`\nThe OMS warned:\n${warnings.slice(-10).join('\n')}`);
    return good;
  } finally {
    await system.stop();
  }
}

async function postAndJudge(requests: readonly DemoRequest[], system: System, stop: AbortSignal): Promise<boolean> {
  const { addresses } = system;
  const patienceMs = PATIENCE_MS + PATIENCE_PER_REQUEST_MS * requests.length;
  const patience = AbortSignal.any([stop, AbortSignal.timeout(patienceMs)]);
  const progress = openProgress(process.stdout);
  const followed = await postAndFollow(
    requests,
    omsApi(addresses.api, sandboxTokens(addresses.oidm, patience), patience),
    {
      signal: patience,
      onChange: progress.show,
    },
  );
  stop.throwIfAborted();
  const late = followed.filter(({ ended }) => !ended);
  if (late.length > 0) say(`After ${patienceMs / 1000} s ${late.length} of ${followed.length} have not ended.\n`);
  return judge(followed, addresses, stop);
}

async function judge(followed: readonly Followed[], addresses: System['addresses'], stop: AbortSignal) {
  const patience = AbortSignal.any([stop, AbortSignal.timeout(60_000)]);
  const api = omsApi(addresses.api, sandboxTokens(addresses.oidm, patience), patience);
  const ids = [...new Set(followed.flatMap(({ id, ended }) => (id && ended ? [id] : [])))];
  const fromBroker = addresses.kafka
    ? await readEvents(addresses.kafka, ids, { timeoutMs: 20_000, signal: stop })
    : null;
  const folder = join(dataFolder, 'demo', new Date().toISOString().slice(0, 19).replaceAll(':', ''));
  mkdirSync(folder, { recursive: true });
  const events = { fromBroker, fromFeed: await api.feed(ids) };
  const findings = await Promise.all(followed.map((one) => look(one, api, events, folder)));

  say(`\n${findingsTable(findings, fromBroker !== null)}`);
  for (const { one, complaints } of findings) {
    if (complaints.length === 0 && one.note) say(`\n${one.request.file}: ${one.note}`);
    for (const complaint of complaints) say(`\n${one.request.file}: ${complaint}`);
  }
  const good = findings.every(({ complaints }) => complaints.length === 0);
  const where = fromBroker ? 'and its event was read back from the broker' : 'and its event is in the status feed';
  if (findings.some(({ pages }) => pages)) say(`\nThe documents: ${nearName(folder)}`);
  say(good ? `Every request was completed, ${where}.` : 'Not everything went as it should.');
  return good;
}

const { positionals } = readCommandLine(
  () => parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', default: false } } }),
  'Usage: npm run demo [-- <files with document requests>]',
);
const stop = stopSignal(environment as NodeJS.ProcessEnv);
try {
  process.exitCode = (await demo(positionals, stop)) ? 0 : 1;
} catch (error) {
  say(`\n${stop.aborted ? 'Stopped.' : error instanceof Error ? error.message : error}`);
  process.exitCode = stop.aborted ? 130 : 1;
}
