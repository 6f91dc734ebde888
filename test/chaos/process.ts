import { parseArgs } from 'node:util';
import { readConfig, readRoles } from '#src/config.ts';
import { openLog } from '#src/platform/log.ts';
import { untilToldToStop } from '#src/platform/shutdown.ts';
import { withBadBells } from './bad-bells.ts';
import { crashAt } from './crash.ts';
import { readCrashPoint } from './crash-point.ts';
import { bellHarmed } from './evidence.ts';
import { randomOf } from './random.ts';
import { setClockWrong } from './wrong-clock.ts';

/**
 * `src/main.ts`, to which something is done from within: what no signal and no broken server can do from outside. Here and
 * not behind a setting of the product, so that no setting can ever do it to a production.
 */
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    crash: { type: 'string' },
    'clock-ms': { type: 'string' },
    doubled: { type: 'string' },
    late: { type: 'string' },
    lost: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
if (flags['clock-ms']) setClockWrong(Number(flags['clock-ms']));
// Not earlier: whoever keeps the clock at hand shall have the wrong one.
const { compose } = await import('#src/compose.ts');

const config = readConfig();
const log = openLog(config.logLevel);
const roles = new Set(readRoles(positionals));
const stop = untilToldToStop(log);
try {
  const bells = { doubled: Number(flags.doubled ?? 0), late: Number(flags.late ?? 0), lost: Number(flags.lost ?? 0) };
  await using running = await compose(config, roles, log, {
    reached: flags.crash === undefined ? undefined : crashAt(readCrashPoint(flags.crash)),
    ring: withBadBells(bells, randomOf(Number(flags.seed), 'bells'), (harm, signals) =>
      log.info({ harm, stages: [...new Set(signals.map(({ stage }) => stage))] }, bellHarmed),
    ),
  });
  log.info({ roles: [...roles], url: running.listener.url }, 'ready');
  await stop;
} catch (error) {
  log.fatal({ err: error }, `cannot start: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
