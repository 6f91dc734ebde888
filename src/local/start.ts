import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { environment } from '#src/config.ts';
import type { Child } from './child.ts';
import { readCommandLine } from './command-line.ts';
import { dataFolder, nearName, projectFolder } from './folders.ts';
import { type Addresses, launch, type System } from './launch.ts';
import { takeLock } from './lock.ts';
import { warningOf } from './log-line.ts';
import { adopt } from './orphan.ts';
import { freePort, isFree } from './ports.ts';
import { identify, type ProcessIdentity } from './process.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * `npm start`: the whole system, with its data in `data/` (or `-- --data <folder>`), until Ctrl-C. One at a time in a
 * folder. With `-- --json` a script gets the addresses too, as one line of JSON.
 */
interface Words {
  addresses?: Addresses;
  /** Our processes that would stay if we were killed. */
  children: Kept[];
}

type Kept = ProcessIdentity & { name: string; logFile: string };

const usage = `Usage: npm start [-- <options>]

  --data <folder>  where its data is kept (data)
  --json           the addresses as a line of JSON too, once it is ready`;

const { values: flags } = readCommandLine(
  () =>
    parseArgs({
      options: {
        ...{ json: { type: 'boolean', default: false }, data: { type: 'string', default: dataFolder } },
        help: { type: 'boolean', default: false },
      },
    }),
  usage,
);
const directory = resolve(flags.data);

const say = (line = ''): void => void process.stdout.write(`${line}\n`);

/** Something the user can mend: said in plain words, without a stack. */
class Refusal extends Error {}

async function start(signal: AbortSignal): Promise<number> {
  const since = Date.now();
  mkdirSync(directory, { recursive: true });
  const lock = takeLock<Words>(join(directory, 'running.json'));
  if ('heldBy' in lock) {
    say(`The OMS is already running in this folder (process ${lock.heldBy.pid}).`);
    if (lock.words?.addresses) say(`\n${table(addressRows(lock.words.addresses))}\n`);
    else say('It is still starting.');
    return 1;
  }
  try {
    if (lock.left) await clearUp(lock.left);
    const apiPort = await portOfApi();
    const words: Words = { children: [] };
    const system = await launch({
      directory,
      environment: environment as NodeJS.ProcessEnv,
      ports: 'fixed',
      apiPort,
      batchMs: 1_500,
      signal,
      log: say,
      onOmsLine: (line) => {
        const warning = warningOf(line);
        if (warning) say(warning);
      },
      onChild: (child) => {
        words.children.push(kept(child));
        lock.say(words);
      },
    });
    words.addresses = system.addresses;
    lock.say(words);
    welcome(system, Date.now() - since);

    const end = await Promise.race([system.broken, aborted(signal)]);
    if (end) say(`\n${end}`);
    say('\nStopping: the OMS finishes what it has begun ...');
    await system.stop();
    say('Stopped.');
    return end ? 1 : 0;
  } finally {
    lock.release();
  }
}

async function portOfApi(): Promise<number> {
  const port = Number(environment.PORT || 8080);
  if (port === 0) return freePort();
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Refusal(`PORT=${environment.PORT} is no port.`);
  if (await isFree(port)) return port;
  throw new Refusal(
    `Port ${port} is taken by another program (${whoListens(port)}). End that one, or choose another port for the OMS:\n\n` +
      `  PORT=${await freePort()} npm start\n`,
  );
}

const whoListens = (port: number) => `\`ss -ltnp 'sport = :${port}'\` or \`lsof -i :${port}\` tells which`;

/** What a killed launcher left: on Linux it is ending already, elsewhere it does not know that it should. */
async function clearUp({ children }: Words): Promise<void> {
  for (const child of children.toReversed()) {
    await adopt(child, { name: child.name, logFile: child.logFile, graceMs: 15_000 }).stop();
  }
}

function kept({ name, pid, logFile }: Child): Kept {
  return { ...identify(pid), name, logFile };
}

function welcome({ addresses, reasons, omsLog }: System, tookMs: number): void {
  const sample = join(projectFolder, 'src/sandbox/samples/home-insurance-offer.json');
  const file = /[^\w./-]/.test(sample) ? `'${sample}'` : sample;
  say(`\nThe OMS is ready (${(tookMs / 1000).toFixed(1)} s).\n`);
  say(table([...addressRows(addresses, reasons), ['Log', `${nearName(omsLog)} (warnings also here)`]]));
  say('\nTry it:\n');
  say(`  TOKEN=$(${tokenCommand(addresses.oidm)})`);
  say(
    `  curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d @${file} ${addresses.api}/api/v1/document-requests`,
  );
  say('\nThe board asks who you are: client ops, secret ops-secret.');
  say('\nCtrl-C stops all of it.');
  if (flags.json) say(JSON.stringify({ ready: true, ...addresses }));
}

/** Prints a token of the client that speaks for the sample's source system, and nothing else. */
const tokenCommand = (oidm: string) =>
  `curl -sS -u cibt:cibt-secret -d grant_type=client_credentials ${oidm}/oauth2/rest/token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/'`;

function addressRows(addresses: Addresses, reasons: System['reasons'] = {}): [string, string][] {
  return [
    ['API', `${addresses.api}/api/v1/document-requests`],
    ['API docs', `${addresses.api}/docs`],
    ['Board', addresses.board],
    ['Thunderhead', `${addresses.thunderhead} (sandbox)`],
    ['OIDM', `${addresses.oidm} (sandbox)`],
    ['PostgreSQL', addresses.postgres],
    ['Redis', addresses.redis ?? `none${why(reasons.redis)}; the queues are in PostgreSQL`],
    ['Kafka', addresses.kafka ?? `none${why(reasons.kafka)}; events are in the status feed`],
  ];
}

const why = (reason: string | undefined) => (reason ? ` (${reason.split('\n')[0]})` : '');

function table(rows: readonly [string, string][]): string {
  return rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`).join('\n');
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

const stop = stopSignal(environment as NodeJS.ProcessEnv);
try {
  process.exitCode = await start(stop);
} catch (error) {
  if (stop.aborted) {
    say('\nStopped while starting.');
  } else {
    say(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
