/**
 * The OIDM sandbox as a process of its own: `node src/sandbox/oidm/main.ts --port 4020`.
 */
import Joi from 'joi';
import { announce, host, port, readFlags } from '../process.ts';
import { startOidm } from './server.ts';

interface Flags {
  port: number;
  host: string;
  issuer?: string;
  'token-seconds': number;
}

const { 'token-seconds': tokenSeconds, ...settings } = readFlags<Flags>('OIDM sandbox', {
  ...{ port, host },
  issuer: Joi.string(),
  'token-seconds': Joi.number().integer().min(1).default(3_600),
});
announce(await startOidm({ ...settings, tokenSeconds }));
