/**
 * The Thunderhead sandbox as a process of its own:
 * `node src/sandbox/thunderhead/main.ts --port 4010 --batch-ms 1500 --state data/thunderhead`.
 */
import Joi from 'joi';
import { announce, host, port, readFlags } from '../process.ts';
import { startThunderhead } from './server.ts';

interface Flags {
  port: number;
  host: string;
  'batch-ms': number;
  state?: string;
}

const { 'batch-ms': batchMs, ...settings } = readFlags<Flags>('thunderhead sandbox', {
  ...{ port, host },
  'batch-ms': Joi.number().integer().min(0).default(1500),
  state: Joi.string(),
});
announce(await startThunderhead({ ...settings, batchMs }));
