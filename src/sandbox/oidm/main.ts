/**
 * The OIDM sandbox as a process of its own: `node src/sandbox/oidm/main.ts --port 4020`.
 * Says on stdout, in one line of JSON, when and where it listens.
 */
import { parseArgs } from 'node:util';
import Joi from 'joi';
import { startOidm } from './server.ts';

const { values } = parseArgs({
  strict: false, // so that Joi can name everything that is wrong at once
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    issuer: { type: 'string' },
    'token-seconds': { type: 'string' },
  },
});
const { value: flags, error } = Joi.object({
  port: Joi.number().integer().min(0).max(65_535).default(0),
  host: Joi.string().hostname().default('127.0.0.1'),
  issuer: Joi.string(),
  'token-seconds': Joi.number().integer().min(1).default(3_600),
}).validate(values, { abortEarly: false });
if (error) {
  process.stderr.write(`OIDM sandbox: ${error.details.map(({ message }) => message).join('; ')}\n`);
  process.exit(2);
}

const oidm = await startOidm({
  port: flags.port,
  host: flags.host,
  issuer: flags.issuer,
  tokenSeconds: flags['token-seconds'],
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void oidm.close().then(() => process.exit(0)));
}
process.stdout.write(`${JSON.stringify({ ready: true, url: oidm.url })}\n`);
