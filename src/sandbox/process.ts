import { parseArgs } from 'node:util';
import Joi from 'joi';

/** What the command line says (`--port 4010`), by these rules. What is wrong is named at once, and ends the process. */
export function readFlags<Flags>(name: string, rules: Joi.StrictSchemaMap<Flags>): Flags {
  const { values } = parseArgs({
    strict: false, // so that Joi can name everything that is wrong at once
    options: Object.fromEntries(Object.keys(rules).map((flag) => [flag, { type: 'string' }])),
  });
  const { value, error } = Joi.object<Flags, true>(rules).validate(values, { abortEarly: false });
  if (!error) return value;
  process.stderr.write(`${name}: ${error.details.map(({ message }) => message).join('; ')}\n`);
  process.exit(2);
}

export const port = Joi.number().integer().min(0).max(65_535).default(0);
export const host = Joi.string().hostname().default('127.0.0.1');

/** Says on stdout, in one line of JSON, when and where it listens, `url` first; ends with the process. */
export function announce({ close, ...addresses }: { url: string; soapUrl?: string; close(): Promise<void> }): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void close().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ ready: true, ...addresses })}\n`);
}
