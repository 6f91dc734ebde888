/**
 * The Thunderhead sandbox as a process of its own:
 * `node src/sandbox/thunderhead/main.ts --port 4010 --batch-ms 1500 --state data/thunderhead`.
 * Says on stdout, in one line of JSON, when and where it listens.
 */
import { parseArgs } from 'node:util';
import Joi from 'joi';
import { startThunderhead } from './server.ts';

const { values } = parseArgs({
  strict: false, // so that Joi can name everything that is wrong at once
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'batch-ms': { type: 'string' },
    state: { type: 'string' },
  },
});
const { value: flags, error } = Joi.object({
  port: Joi.number().integer().min(0).max(65_535).default(0),
  host: Joi.string().hostname().default('127.0.0.1'),
  'batch-ms': Joi.number().integer().min(0).default(1500),
  state: Joi.string(),
}).validate(values, { abortEarly: false });
if (error) {
  process.stderr.write(`thunderhead sandbox: ${error.details.map(({ message }) => message).join('; ')}\n`);
  process.exit(2);
}

const thunderhead = await startThunderhead({
  port: flags.port,
  host: flags.host,
  batchMs: flags['batch-ms'],
  state: flags.state,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void thunderhead.close().then(() => process.exit(0)));
}
process.stdout.write(`${JSON.stringify({ ready: true, url: thunderhead.url })}\n`);
