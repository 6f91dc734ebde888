/**
 * The Thunderhead sandbox, job server and gateway, as a process of its own:
 * `node src/sandbox/thunderhead/main.ts --port 4010 --batch-ms 1500 --state data/thunderhead --oidm http://127.0.0.1:4020`.
 */
import Joi from 'joi';
import { announce, host, port, readFlags } from '../process.ts';
import { startThunderhead } from './server.ts';

interface Flags {
  port: number;
  'soap-port': number;
  host: string;
  'batch-ms': number;
  'backend-timeout-ms': number;
  oidm?: string;
  state?: string;
}

const {
  'soap-port': soapPort,
  'batch-ms': batchMs,
  'backend-timeout-ms': backendTimeoutMs,
  ...settings
} = readFlags<Flags>('thunderhead sandbox', {
  ...{ port, 'soap-port': port, host },
  'batch-ms': Joi.number().integer().min(0).default(1500),
  'backend-timeout-ms': Joi.number().integer().min(1).default(8000),
  oidm: Joi.string().uri({ scheme: ['http', 'https'] }),
  state: Joi.string(),
});
announce(await startThunderhead({ ...settings, soapPort, batchMs, backendTimeoutMs }));
