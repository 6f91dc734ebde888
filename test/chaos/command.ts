import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { commands } from '#src/compose/commands.ts';
import { isCommand, readConfig } from '#src/config.ts';
import { openLog } from '#src/platform/log.ts';

/**
 * A command of the product, again and again for some seconds, each time with connections of its own; what each came to is a
 * line. With `--die` it dies as of `kill -9` in the middle of a recovery that has set something going: its transaction is still
 * `open`, or `committed` and nobody has been rung. It says so with its last breath.
 */
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { die: { type: 'string' }, seconds: { type: 'string', default: '5' } },
});
const pauseMs = 300;

if (flags.die) {
  const send = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  const last = flags.die === 'open' ? /^update stage_error e set recoveries/ : /^commit$/;
  let documents = 0;
  pg.Client.prototype.query = async function (this: pg.Client, text: unknown, values: unknown, ...rest: unknown[]) {
    const answer = await Reflect.apply(send, this, [text, values, ...rest]);
    if (/^update stage_error e set recoveries/.test(`${text}`)) documents = (values as [string[]])[0].length;
    if (documents > 0 && last.test(`${text}`)) {
      writeSync(1, `${JSON.stringify({ diedAt: flags.die, documents })}\n`);
      process.kill(process.pid, 'SIGKILL');
    }
    return answer;
  } as typeof pg.Client.prototype.query;
}

const command = positionals.join(' ');
if (!isCommand(command)) throw new Error(`${command} is no command`);
const config = readConfig();
const log = openLog(config.logLevel);
for (const until = performance.now() + Number(flags.seconds) * 1_000; performance.now() < until; await delay(pauseMs))
  writeSync(1, `${JSON.stringify(await commands[command](config, log))}\n`);
process.exit();
