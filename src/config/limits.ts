import Joi from 'joi';

/** How much one client, and all together, may ask for at once. */
export interface LimitsConfig {
  /** Per client, in a window. */
  requests: number;
  windowSeconds: number;
  /** Refused tokens per address, in a window. */
  refusals: number;
  /** All clients together, at one time, in this process. */
  inFlight: number;
  inFlightBytes: number;
  /** Open streams of server-sent events, and requests that wait. */
  streams: number;
  /** How much of these three one client may have, percent. */
  clientShare: number;
}

export const settings = {
  RATE_LIMIT_REQUESTS: Joi.number().integer().min(1).default(120_000),
  RATE_LIMIT_WINDOW_SECONDS: Joi.number().integer().min(1).max(3_600).default(60),
  RATE_LIMIT_REFUSED_TOKENS: Joi.number().integer().min(1).default(600),
  MAX_IN_FLIGHT_REQUESTS: Joi.number().integer().min(1).default(1_000),
  MAX_IN_FLIGHT_BYTES: Joi.number().integer().min(10_485_760).default(268_435_456),
  MAX_STREAMS: Joi.number().integer().min(1).default(1_000),
  MAX_CLIENT_SHARE: Joi.number().integer().min(1).max(100).default(50),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): LimitsConfig =>
  Object.freeze({
    requests: value.RATE_LIMIT_REQUESTS,
    windowSeconds: value.RATE_LIMIT_WINDOW_SECONDS,
    refusals: value.RATE_LIMIT_REFUSED_TOKENS,
    inFlight: value.MAX_IN_FLIGHT_REQUESTS,
    inFlightBytes: value.MAX_IN_FLIGHT_BYTES,
    streams: value.MAX_STREAMS,
    clientShare: value.MAX_CLIENT_SHARE,
  });
