import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, roles } from '#src/config.ts';
import { type Child, ChildFailed, type Exit, startChild } from './child.ts';
import { endOf, lastLines } from './log-file.ts';
import { ourProcess } from './our-process.ts';
import { type SandboxName, sandboxPorts, startSandbox } from './sandboxes.ts';
import { keptSecret } from './secret.ts';
import { type Services, startServices } from './services.ts';

/**
 * The whole system on one machine: the services it stands on, the schema, the sandboxes of Thunderhead and of OIDM, and
 * the OMS with all its roles in one process. Each starts when what it needs is there, and they stop the other way round: the OMS finishes
 * what it has begun while everything it needs still runs.
 */
export interface System {
  addresses: Addresses;
  reasons: Services['reasons'];
  omsLog: string;
  /** Resolves, with the reason, when a part of it ended although nobody asked it to. */
  broken: Promise<string>;
  stop(): Promise<void>;
}

export interface Addresses {
  api: string;
  board: string;
  thunderhead: string;
  /** Where tokens come from. */
  oidm: string;
  kafka: string | null;
  postgres: string;
  redis: string | null;
}

/** The migration is a process of its own, before the others. */
const everyRole = roles.filter((role) => role !== 'migrate');

export interface LaunchOptions {
  directory: string;
  environment: NodeJS.ProcessEnv;
  ports: 'fixed' | 'free';
  apiPort: number;
  /** How long the sandbox takes for a document. */
  batchMs: number;
  signal: AbortSignal;
  log: (line: string) => void;
  /** Every line the OMS logs. */
  onOmsLine?: (line: string) => void;
  /** Called as soon as a process of ours runs that a later start may have to stop. */
  onChild?: (child: Child) => void;
}

type Watched = Pick<Child, 'name' | 'logFile' | 'exited'>;

export async function launch(options: LaunchOptions): Promise<System> {
  const { directory, environment, signal, log } = options;
  // The OMS would refuse a bad setting by name, too, but only once everything it needs is there.
  readConfig({ ...environment, ...STAND_INS, PORT: String(options.apiPort) });
  mkdirSync(directory, { recursive: true });
  const stops: (() => Promise<unknown>)[] = [];
  const watched: Watched[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const each of stops.toReversed()) await each();
    })();
    return stopping;
  };
  try {
    const services = await startServices({ directory, environment, ports: options.ports, signal, log });
    stops.push(services.stop);
    watched.push(...services.children);
    signal.throwIfAborted();

    const settings = childEnvironment(options, services);
    const ports = await sandboxPorts(options);
    const standIn = async (name: SandboxName, asksFor: { oidm?: string } = {}) => {
      const sandbox = await startSandbox(name, { ...options, ...asksFor, port: ports[name] });
      stops.push(sandbox.child.stop);
      watched.push(sandbox.child);
      return sandbox.url;
    };
    // Thunderhead's gateway asks for tokens that OIDM signed, so it must know where that is.
    const outside = async () => {
      const oidm = await standIn('oidm');
      return { oidm, thunderhead: await standIn('thunderhead', { oidm }) };
    };
    const [, { thunderhead, oidm }] = await allOrThrow([migrate(directory, settings), outside()]);
    signal.throwIfAborted();

    const api = `http://127.0.0.1:${options.apiPort}`;
    const oms = await startOms(options, { ...settings, THUNDERHEAD_URL: thunderhead, OIDM_URL: oidm });
    stops.push(oms.stop);
    watched.push(oms);
    // The abort is heard by this wait; the child is then stopped like everything else.
    await oms.until(() => isReady(api), { timeoutMs: 60_000, everyMs: 50, signal });
    return {
      addresses: {
        api,
        board: `${api}/admin`,
        thunderhead,
        oidm,
        kafka: services.kafkaBrokers,
        postgres: services.databaseUrl,
        redis: services.redisUrl,
      },
      reasons: services.reasons,
      omsLog: oms.logFile,
      broken: Promise.race(watched.map((child) => child.exited.then((exit) => epitaph(child, exit)))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For settings that only we know, and not yet. */
const STAND_INS = {
  DATABASE_URL: 'postgres://127.0.0.1:1/oms',
  THUNDERHEAD_URL: 'http://127.0.0.1:1',
  OIDM_URL: 'http://127.0.0.1:1',
};

/** As the OMS the sandbox's OIDM knows it (`src/sandbox/oidm/clients.ts`). */
const omsClient = { OIDM_CLIENT_ID: 'oms', OIDM_CLIENT_SECRET: 'oms-secret' };

function childEnvironment({ environment, directory, apiPort }: LaunchOptions, services: Services): NodeJS.ProcessEnv {
  const { REDIS_URL: _, KAFKA_BROKERS: __, ...others } = environment;
  const keys = {
    SESSION_KEY: keptSecret(join(directory, 'session.key')),
    CALLBACK_KEY: keptSecret(join(directory, 'callback.key')),
    // A developer's own machine may be called back.
    CALLBACK_PRIVATE_ADDRESSES: '127.0.0.0/8,::1',
    CALLBACK_PLAIN_HTTP: 'true',
  };
  return {
    ...keys,
    ...others,
    // A migration has no use for Thunderhead's address, but the configuration wants one.
    ...STAND_INS,
    ...omsClient,
    PORT: String(apiPort),
    DATABASE_URL: services.databaseUrl,
    ...(services.redisUrl && { REDIS_URL: services.redisUrl }),
    ...(services.kafkaBrokers && { KAFKA_BROKERS: services.kafkaBrokers }),
  };
}

async function migrate(directory: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const child = await startChild({
    ...ourProcess('migration', ['src/main.ts', 'migrate'], directory),
    environment,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new ChildFailed(`The migration failed.${lastLines(child.output(), child.logFile)}`);
}

async function startOms(options: LaunchOptions, environment: NodeJS.ProcessEnv): Promise<Child> {
  const child = await startChild({
    ...ourProcess('oms', ['src/main.ts', ...everyRole], options.directory),
    environment,
    // It finishes what it has begun.
    graceMs: 30_000,
    ...(options.onOmsLine && { onLine: options.onOmsLine }),
  });
  options.onChild?.(child);
  return child;
}

async function isReady(api: string): Promise<true | undefined> {
  try {
    const answer = await fetch(`${api}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok || undefined;
  } catch {
    return undefined;
  }
}

function epitaph({ name, logFile }: Watched, { code, signal }: Exit): string {
  const how = signal ? ` (${signal})` : code === null ? '' : ` (exit code ${code})`;
  return `${name} ended by itself${how}.${lastLines(endOf(logFile), logFile)}`;
}

/** Like Promise.all, but nothing of it still runs when it throws. */
async function allOrThrow<T extends readonly Promise<unknown>[]>(all: readonly [...T]) {
  await Promise.allSettled(all);
  return Promise.all(all);
}
