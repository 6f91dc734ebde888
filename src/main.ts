import { setFlagsFromString } from 'node:v8';
import { compose } from './compose.ts';
import {
  type CommandName,
  type Config,
  ConfigurationError,
  isCommand,
  type Role,
  readConfig,
  readRoles,
} from './config.ts';
import { type Logger, openLog } from './platform/log.ts';
import { endInAnyCase, untilToldToStop } from './platform/shutdown.ts';

// A chunk's objects live for some milliseconds, long enough to be moved among the old ones, where V8 would let garbage grow
// fourfold before it looks. It looks a little earlier, and the process stays small.
setFlagsFromString('--heap-growing-percent=40');

/**
 * `node src/main.ts <roles>`: any of the `roles` of `config.ts`, in one process or in many beside each other; or one of the
 * commands of `compose/commands.ts`, which do one thing and end.
 */
async function main(words: readonly string[]): Promise<void> {
  const command = words.join(' ');
  if (isCommand(command)) return start((config, log) => runCommand(command, config, log));
  const roles = new Set(readRoles(words));
  await start((config, log) => run(config, roles, log));
}

async function start(work: (config: Config, log: Logger) => Promise<void>): Promise<void> {
  const config = readConfig();
  const log = openLog(config.logLevel);
  try {
    await work(config, log);
  } catch (error) {
    log.fatal({ err: error }, `cannot start: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

/** What it came to is the last line it writes, as JSON. */
async function runCommand(command: CommandName, config: Config, log: Logger): Promise<void> {
  const { commands } = await import('./compose/commands.ts');
  const result = await commands[command](config, log);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function run(config: Config, roles: Set<Role>, log: Logger): Promise<void> {
  if (roles.delete('migrate')) {
    const { migrate } = await import('./platform/migrate.ts');
    await migrate(config.databaseUrl);
    log.info('the database is at this version');
    if (roles.size === 0) return;
  }
  const stop = untilToldToStop(log);
  await using running = await compose(config, roles, log);
  log.info({ roles: [...roles], url: running.listener.url }, 'ready');
  const cause = await Promise.race([stop, running.stalled].filter((ended) => ended !== undefined));
  if (typeof cause !== 'string') return;
  log.fatal({ cause }, 'this worker does not get on: it ends, to be started anew');
  process.exitCode = 1;
  endInAnyCase(log);
}

await main(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
// All is closed. A client library that still tries to reach a server that is away does not keep the process.
process.exit();
