import Joi from 'joi';
import * as callbacks from './config/callbacks.ts';
import * as limits from './config/limits.ts';
import * as recovery from './config/recovery.ts';
import * as referenceData from './config/reference-data.ts';
import { milliseconds, url } from './config/rules.ts';
import * as security from './config/security.ts';
import * as thunderhead from './config/thunderhead.ts';

/** The only place that reads the environment. Read once, checked as a whole, frozen. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

export const roles = ['api', 'worker', 'sweep', 'admin', 'security', 'reference-data', 'recovery', 'migrate'] as const;
export type Role = (typeof roles)[number];

/** What does one thing and ends. */
const commands = ['recovery --once', 'rebuild-queues'] as const;
export type CommandName = (typeof commands)[number];
export const isCommand = (words: string): words is CommandName => (commands as readonly string[]).includes(words);

export interface Config {
  host: string;
  port: number;
  logLevel: string;
  /** What the board calls this environment. */
  environmentName: string | undefined;
  databaseUrl: string;
  redisUrl: string | undefined;
  kafkaBrokers: readonly string[];
  kafkaClientId: string;
  workerConcurrency: number;
  leaseMs: number;
  sweepIntervalMs: number;
  sweepGraceMs: number;
  /** How long work may be due, and a worker take nothing in hand, before it is not ready. */
  stallMs: number;
  maxBodyBytes: number;
  /** Whether there is a `GET /metrics`. */
  metrics: boolean;
  security: security.SecurityConfig;
  limits: limits.LimitsConfig;
  callbacks: callbacks.CallbacksConfig;
  referenceData: referenceData.ReferenceDataConfig;
  recovery: recovery.RecoveryConfig;
  thunderhead: thunderhead.ThunderheadConfig;
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
  ENVIRONMENT_NAME: Joi.string().trim().max(30).empty(''),
  DATABASE_URL: url('postgres', 'postgresql').required(),
  REDIS_URL: url('redis', 'rediss').empty(''),
  KAFKA_BROKERS: brokers.empty(''),
  KAFKA_CLIENT_ID: Joi.string().default('oms'),
  WORKER_CONCURRENCY: Joi.number().integer().min(1).max(200).default(8),
  LEASE_MS: milliseconds.min(1_000).default(6_000),
  SWEEP_INTERVAL_MS: milliseconds.default(1_000),
  SWEEP_GRACE_MS: milliseconds.default(5_000),
  STALL_SECONDS: Joi.number().integer().min(1).max(3_600).default(30),
  MAX_BODY_BYTES: Joi.number().integer().min(1_024).default(10_485_760),
  METRICS: Joi.string().valid('on', 'off').default('on'),

  ...thunderhead.settings,
  ...security.settings,
  ...limits.settings,
  ...callbacks.settings,
  ...referenceData.settings,
  ...recovery.settings,
})
  .and('OIDM_CLIENT_ID', 'OIDM_CLIENT_SECRET')
  .with('REFERENCE_DATA_URL', ['OIDM_CLIENT_ID', 'OIDM_CLIENT_SECRET']);

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
    environmentName: value.ENVIRONMENT_NAME,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    kafkaBrokers: value.KAFKA_BROKERS?.split(',') ?? [],
    kafkaClientId: value.KAFKA_CLIENT_ID,
    workerConcurrency: value.WORKER_CONCURRENCY,
    leaseMs: value.LEASE_MS,
    sweepIntervalMs: value.SWEEP_INTERVAL_MS,
    sweepGraceMs: value.SWEEP_GRACE_MS,
    stallMs: value.STALL_SECONDS * 1_000,
    maxBodyBytes: value.MAX_BODY_BYTES,
    metrics: value.METRICS === 'on',
    security: security.read(value),
    limits: limits.read(value),
    callbacks: callbacks.read(value),
    referenceData: referenceData.read(value),
    recovery: recovery.read(value),
    thunderhead: thunderhead.read(value),
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
