import { Pool } from 'pg';
import { pino } from 'pino';
import { compose } from '#src/compose.ts';
import { type Role, readConfig } from '#src/config.ts';
import { logOptions } from '#src/platform/log.ts';
import { startThunderhead } from '#src/sandbox/thunderhead/server.ts';
import { type Client, clientOf } from './client.ts';
import { type Sandbox, sandboxOf } from './sandbox-control.ts';
import { freshDatabase, redisUrl } from './services.ts';
import { openOidm, type ReadyClient, type TestOidm, usualClient } from './tokens.ts';

export { type AcceptedBatch, type Sandbox, sandboxOf } from './sandbox-control.ts';

/** The composed product in this process, with real parts: a database and a queue of its own, and its own sandboxes. */
export interface OmsOptions {
  backend?: Backend;
  /** Brokers; none unless told. */
  kafka?: string;
  roles?: readonly Role[];
  /** Over the defaults below. */
  environment?: Readonly<Record<string, string>>;
  batchMs?: number;
  oidm?: Parameters<typeof openOidm>[0];
  /** `warn` unless told. */
  logLevel?: 'trace' | 'warn';
}

export type Backend = 'redis' | 'postgres';
export const backends: readonly Backend[] = ['redis', 'postgres'];

/** One document a call: what the sandbox is told to do to a call befalls all that travel in it. */
export const eachAlone = { THUNDERHEAD_BATCH_SIZE: '1' };

/** As a client it speaks for the source system of what it posts, and as an operator otherwise. */
export interface Oms extends Client, AsyncDisposable {
  /** A client that always speaks as this one. */
  as(client: ReadyClient): Client;
  /** A client with a token of its own making, or with none. */
  with(token: string | undefined): Client;
  /** The token of one of OIDM's ready clients. */
  token(client: ReadyClient): Promise<string>;
  oidm: TestOidm;
  pool: Pool;
  databaseUrl: string;
  sandbox: Sandbox;
  /** What it wrote into its log, from `logLevel` on. */
  log: readonly LogLine[];
  close(): Promise<void>;
}

export interface LogLine {
  level: 'warn' | 'error' | 'fatal';
  msg: string;
  [key: string]: unknown;
}

export async function startOms(options: OmsOptions = {}): Promise<Oms> {
  const { roles = ['api', 'worker', 'sweep'], batchMs = 30 } = options;
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const thunderhead = await startThunderhead({ batchMs });
  opened.defer(() => thunderhead.close());
  const oidm = opened.use(await openOidm(options.oidm));
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  opened.defer(() => pool.end());
  const log: LogLine[] = [];
  const logger = pino(
    { ...logOptions, level: options.logLevel ?? 'warn' },
    { write: (line: string) => void log.push(JSON.parse(line)) },
  );
  const environment = environmentOf({ ...options, databaseUrl, thunderheadUrl: thunderhead.url, oidmUrl: oidm.url });
  const { listener } = opened.use(await compose(readConfig(environment), new Set(roles), logger));
  const stack = opened.move();
  const close = () => stack.disposeAsync();
  return {
    ...clientOf(listener.url, (...request) => oidm.token(usualClient(...request))),
    as: (client) => clientOf(listener.url, () => oidm.token(client)),
    with: (token) => clientOf(listener.url, async () => token),
    ...{ oidm, token: oidm.token },
    ...{ pool, databaseUrl, log, close, [Symbol.asyncDispose]: close },
    sandbox: sandboxOf(thunderhead.url),
  };
}

/** The environment of a product under test: quick polls, free ports, nothing of the machine's own. */
export function environmentOf(
  options: Pick<OmsOptions, 'backend' | 'kafka' | 'environment'> & {
    databaseUrl: string;
    thunderheadUrl: string;
    oidmUrl: string;
  },
): Record<string, string> {
  return {
    PORT: '0',
    LOG_LEVEL: 'info',
    DATABASE_URL: options.databaseUrl,
    THUNDERHEAD_URL: options.thunderheadUrl,
    OIDM_URL: options.oidmUrl,
    POLL_FIRST_MS: '20',
    POLL_CAP_MS: '200',
    // A licence without bounds; the tests of the budget have one of their own.
    THUNDERHEAD_CALLS_PER_MINUTE: '1000000',
    THUNDERHEAD_CALLS_IN_FLIGHT: '64',
    THUNDERHEAD_UNKNOWN_GRACE_MS: '500',
    ...((options.backend ?? 'redis') === 'redis' && { REDIS_URL: redisUrl() }),
    ...(options.kafka && { KAFKA_BROKERS: options.kafka }),
    ...options.environment,
  };
}
