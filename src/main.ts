import { setFlagsFromString } from 'node:v8';
import { compose } from './compose.ts';
import { type Config, ConfigurationError, type Role, readConfig, readRoles } from './config.ts';
import { type Logger, openLog } from './platform/log.ts';
import { untilToldToStop } from './platform/shutdown.ts';

// A chunk's objects live for some milliseconds, long enough to be moved among the old ones, where V8 would let garbage grow
// fourfold before it looks. It looks a little earlier, and the process stays small.
setFlagsFromString('--heap-growing-percent=40');

/** `node src/main.ts <roles>`: any of api, worker, sweep, admin, migrate, in one process or in many beside each other. */
async function main(words: readonly string[]): Promise<void> {
  const roles = new Set(readRoles(words));
  const config = readConfig();
  const log = openLog(config.logLevel);
  try {
    await run(config, roles, log);
  } catch (error) {
    log.fatal({ err: error }, `cannot start: ${(error as Error).message}`);
    process.exitCode = 1;
  }
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
  await stop;
}

await main(process.argv.slice(2)).catch((error) => {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
// All is closed. A client library that still tries to reach a server that is away does not keep the process.
process.exit();
