import { isIPv4, isIPv6 } from 'node:net';
import Joi from 'joi';
import { settleWithinMs } from '#src/platform/shutdown.ts';

/** The kinds of values that settings have. */

export const milliseconds = Joi.number().integer().min(1);
/** How long a call may take that a stop waits for: so many of them, two seconds each for what is around, one to write it down. */
export const callTime = (calls: number) => {
  const most = (settleWithinMs - 1_000) / calls - 2_000;
  const reason = `what is in hand must be settled within ${settleWithinMs / 1_000} s of SIGTERM`;
  return milliseconds.max(most).messages({ 'number.max': `{{#label}} must be at most ${most}: ${reason}` });
};
export const url = (...scheme: string[]) => Joi.string().uri({ scheme });
export const path = Joi.string().pattern(/^\/[\w./~-]*$/, 'path');
/** `a,b,c` */
export const words = Joi.string().pattern(/^[\w.:-]+(,[\w.:-]+)*$/, 'comma-separated words');
/** Without the value in its complaint. */
export const secret = Joi.string()
  .empty('')
  .min(32)
  .messages({ 'string.min': '{{#label}} must have at least 32 characters', 'string.base': '{{#label}} must be text' });
export const networks = Joi.string()
  .empty('')
  .custom((text: string, { error }) => (text.split(',').every(isNetwork) ? text : error('any.invalid')))
  .messages({ 'any.invalid': '{{#label}} must be addresses or networks: 10.0.0.0/8,::1' });

function isNetwork(text: string): boolean {
  const [, address = '', , bits] = /^([^/]+)(\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return most > 0 && Number(bits ?? most) <= most;
}

export const list = (text: string | undefined): readonly string[] => Object.freeze(text?.split(',') ?? []);
