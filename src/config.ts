import Joi from 'joi';
import * as callbacks from './config/callbacks.ts';
import * as limits from './config/limits.ts';
import * as referenceData from './config/reference-data.ts';
import { milliseconds, url } from './config/rules.ts';
import * as security from './config/security.ts';

/** The only place that reads the environment. Read once, checked as a whole, frozen. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

export const roles = ['api', 'worker', 'sweep', 'admin', 'security', 'reference-data', 'migrate'] as const;
export type Role = (typeof roles)[number];

export interface Config {
  host: string;
  port: number;
  logLevel: string;
  databaseUrl: string;
  redisUrl: string | undefined;
  kafkaBrokers: readonly string[];
  kafkaClientId: string;
  thunderheadUrl: string;
  thunderheadTimeoutMs: number;
  workerConcurrency: number;
  leaseMs: number;
  sweepIntervalMs: number;
  sweepGraceMs: number;
  pollFirstMs: number;
  pollCapMs: number;
  pollDeadlineMs: number;
  maxBodyBytes: number;
  security: security.SecurityConfig;
  limits: limits.LimitsConfig;
  callbacks: callbacks.CallbacksConfig;
  referenceData: referenceData.ReferenceDataConfig;
}

const brokers = Joi.string()
  .custom((text: string, { error }) => (text.split(',').every(isBroker) ? text : error('any.invalid')))
  // Without the value: somebody may have put a password into it.
  .messages({ 'any.invalid': '{{#label}} must be host:port[,host:port]' });

function isBroker(text: string): boolean {
  const port = Number(/^[^\s:,@/]+:(\d{1,5})$/.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}

/** Every setting: its rule, its default, and what it means. `.env.example` says the same to people. */
const schema = Joi.object({
  HOST: Joi.string().hostname().default('127.0.0.1'),
  PORT: Joi.number().port().default(8080),
  LOG_LEVEL: Joi.string().valid('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  DATABASE_URL: url('postgres', 'postgresql').required(),
  REDIS_URL: url('redis', 'rediss').empty(''),
  KAFKA_BROKERS: brokers.empty(''),
  KAFKA_CLIENT_ID: Joi.string().default('oms'),
  THUNDERHEAD_URL: url('http', 'https').required(),
  THUNDERHEAD_TIMEOUT_MS: milliseconds.default(10_000),
  WORKER_CONCURRENCY: Joi.number().integer().min(1).max(200).default(8),
  LEASE_MS: milliseconds.min(1_000).default(6_000),
  SWEEP_INTERVAL_MS: milliseconds.default(1_000),
  SWEEP_GRACE_MS: milliseconds.default(5_000),
  POLL_FIRST_MS: milliseconds.default(100),
  POLL_CAP_MS: milliseconds.min(Joi.ref('POLL_FIRST_MS')).default(15_000),
  POLL_DEADLINE_MS: milliseconds.min(Joi.ref('POLL_CAP_MS')).default(3_600_000),
  MAX_BODY_BYTES: Joi.number().integer().min(1_024).default(10_485_760),

  ...security.settings,
  ...limits.settings,
  ...callbacks.settings,
  ...referenceData.settings,
}).with('REFERENCE_DATA_URL', ['OIDM_CLIENT_ID', 'OIDM_CLIENT_SECRET']);

/** Names every bad value at once: an operator mends the configuration in one go, not one restart at a time. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** @throws ConfigurationError */
export function readConfig(from: Readonly<Record<string, string | undefined>> = environment): Config {
  const { value, error } = schema.validate(from, {
    abortEarly: false,
    stripUnknown: true,
    errors: { wrap: { label: false } },
  });
  if (error) throw new ConfigurationError(error.details.map(({ message }) => withoutSecrets(message)));
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    kafkaBrokers: value.KAFKA_BROKERS?.split(',') ?? [],
    kafkaClientId: value.KAFKA_CLIENT_ID,
    thunderheadUrl: value.THUNDERHEAD_URL.replace(/\/$/, ''),
    thunderheadTimeoutMs: value.THUNDERHEAD_TIMEOUT_MS,
    workerConcurrency: value.WORKER_CONCURRENCY,
    leaseMs: value.LEASE_MS,
    sweepIntervalMs: value.SWEEP_INTERVAL_MS,
    sweepGraceMs: value.SWEEP_GRACE_MS,
    pollFirstMs: value.POLL_FIRST_MS,
    pollCapMs: value.POLL_CAP_MS,
    pollDeadlineMs: value.POLL_DEADLINE_MS,
    maxBodyBytes: value.MAX_BODY_BYTES,
    security: security.read(value),
    limits: limits.read(value),
    callbacks: callbacks.read(value),
    referenceData: referenceData.read(value),
  });
}

const withoutSecrets = (message: string): string => message.replace(/\/\/[^@/\s]*@/g, '//***@');

/** @throws ConfigurationError when a word is no role, or there is none. */
export function readRoles(words: readonly string[]): Role[] {
  const unknown = words.filter((word) => !(roles as readonly string[]).includes(word));
  if (unknown.length > 0)
    throw new ConfigurationError(unknown.map((word) => `${word}: no such role (${roles.join(', ')})`));
  if (words.length === 0) throw new ConfigurationError([`no role given: node src/main.ts <${roles.join(' | ')}> ...`]);
  return words as Role[];
}
