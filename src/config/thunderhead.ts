import Joi from 'joi';
import { callLimits } from '#src/thunderhead/call-settings.ts';
import { callTime, milliseconds, url } from './rules.ts';

/** Where Thunderhead is, how it may be called, and when it is asked what has become of a document. */
export interface ThunderheadConfig {
  url: string;
  /** One call. */
  timeoutMs: number;
  /** Until an operator says otherwise; see `src/thunderhead/call-settings.ts`. */
  callsPerMinute: number;
  callsInFlight: number;
  batchSize: number;
  batchLingerMs: number;
  unknownGraceMs: number;
  pollFirstMs: number;
  pollCapMs: number;
  pollDeadlineMs: number;
}

export const settings = {
  THUNDERHEAD_URL: url('http', 'https').required(),
  // A run may wait for its call as long as the call itself takes.
  THUNDERHEAD_TIMEOUT_MS: callTime(2).default(10_000),
  THUNDERHEAD_CALLS_PER_MINUTE: callLimits.callsPerMinute.default(600),
  THUNDERHEAD_CALLS_IN_FLIGHT: callLimits.callsInFlight.default(16),
  THUNDERHEAD_BATCH_SIZE: callLimits.batchSize.default(50),
  THUNDERHEAD_BATCH_LINGER_MS: callLimits.batchLingerMs.default(0),
  THUNDERHEAD_UNKNOWN_GRACE_MS: milliseconds.default(30_000),
  POLL_FIRST_MS: milliseconds.default(100),
  POLL_CAP_MS: milliseconds.min(Joi.ref('POLL_FIRST_MS')).default(15_000),
  POLL_DEADLINE_MS: milliseconds.min(Joi.ref('POLL_CAP_MS')).default(3_600_000),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): ThunderheadConfig =>
  Object.freeze({
    url: value.THUNDERHEAD_URL.replace(/\/$/, ''),
    timeoutMs: value.THUNDERHEAD_TIMEOUT_MS,
    callsPerMinute: value.THUNDERHEAD_CALLS_PER_MINUTE,
    callsInFlight: value.THUNDERHEAD_CALLS_IN_FLIGHT,
    batchSize: value.THUNDERHEAD_BATCH_SIZE,
    batchLingerMs: value.THUNDERHEAD_BATCH_LINGER_MS,
    unknownGraceMs: value.THUNDERHEAD_UNKNOWN_GRACE_MS,
    pollFirstMs: value.POLL_FIRST_MS,
    pollCapMs: value.POLL_CAP_MS,
    pollDeadlineMs: value.POLL_DEADLINE_MS,
  });
