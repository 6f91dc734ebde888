import Joi from 'joi';
import { callTime, list, networks, secret } from './rules.ts';

/** How clients are called back. */
export interface CallbacksConfig {
  /** Each client's signing secret is derived from it. Undefined: callbacks are refused. */
  key: string | undefined;
  timeoutMs: number;
  attempts: number;
  /** CIDR: private addresses that may be called nevertheless. */
  privateAddresses: readonly string[];
  /** `http:` is for development. */
  plainHttp: boolean;
}

export const settings = {
  CALLBACK_KEY: secret,
  CALLBACK_TIMEOUT_MS: callTime(1).default(5_000),
  CALLBACK_ATTEMPTS: Joi.number().integer().min(1).max(50).default(12),
  CALLBACK_PRIVATE_ADDRESSES: networks,
  CALLBACK_PLAIN_HTTP: Joi.boolean().default(false),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): CallbacksConfig =>
  Object.freeze({
    key: value.CALLBACK_KEY,
    timeoutMs: value.CALLBACK_TIMEOUT_MS,
    attempts: value.CALLBACK_ATTEMPTS,
    privateAddresses: list(value.CALLBACK_PRIVATE_ADDRESSES),
    plainHttp: value.CALLBACK_PLAIN_HTTP,
  });
