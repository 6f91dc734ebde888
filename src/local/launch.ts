import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '#src/config.ts';
import { type Child, ChildFailed, type Exit, startChild } from './child.ts';
import { projectFolder } from './folders.ts';
import { endOf, lastLines } from './log-file.ts';
import { rememberedPorts } from './ports.ts';
import { type Services, startServices } from './services.ts';

/**
 * The whole system on one machine: the services it stands on, the schema, the Thunderhead sandbox, and the OMS with all
 * its roles in one process. Each starts when what it needs is there, and they stop the other way round: the OMS finishes
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
  kafka: string | null;
  postgres: string;
  redis: string | null;
}

/** As in the Dockerfile: a smaller nursery, or a busy worker's garbage would take a hundred megabytes more. */
export const nodeFlags = ['--max-semi-space-size=10'];

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

    const settings = childEnvironment(environment, services, options.apiPort);
    const [, thunderhead] = await allOrThrow([
      migrate(directory, settings),
      startSandbox(options).then((sandbox) => {
        stops.push(sandbox.child.stop);
        watched.push(sandbox.child);
        return sandbox;
      }),
    ]);
    signal.throwIfAborted();

    const api = `http://127.0.0.1:${options.apiPort}`;
    const oms = await startOms(options, { ...settings, THUNDERHEAD_URL: thunderhead.url });
    stops.push(oms.stop);
    watched.push(oms);
    // The abort is heard by this wait; the child is then stopped like everything else.
    await oms.until(() => isReady(api), { timeoutMs: 60_000, everyMs: 50, signal });
    return {
      addresses: {
        api,
        board: `${api}/admin`,
        thunderhead: thunderhead.url,
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
const STAND_INS = { DATABASE_URL: 'postgres://127.0.0.1:1/oms', THUNDERHEAD_URL: 'http://127.0.0.1:1' };

function childEnvironment(environment: NodeJS.ProcessEnv, services: Services, port: number): NodeJS.ProcessEnv {
  const { REDIS_URL: _, KAFKA_BROKERS: __, ...others } = environment;
  return {
    ...others,
    // A migration has no use for Thunderhead's address, but the configuration wants one.
    ...STAND_INS,
    PORT: String(port),
    DATABASE_URL: services.databaseUrl,
    ...(services.redisUrl && { REDIS_URL: services.redisUrl }),
    ...(services.kafkaBrokers && { KAFKA_BROKERS: services.kafkaBrokers }),
  };
}

async function migrate(directory: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const child = await startChild({
    ...node('migration', ['src/main.ts', 'migrate'], directory),
    environment,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new ChildFailed(`The migration failed.${lastLines(child.output(), child.logFile)}`);
}

async function startSandbox(options: LaunchOptions): Promise<{ child: Child; url: string }> {
  const { directory, batchMs } = options;
  const port = options.ports === 'fixed' ? await rememberedPorts(join(directory, 'ports.json'))('thunderhead') : 0;
  const flags = ['--port', `${port}`, '--batch-ms', `${batchMs}`, '--state', join(directory, 'thunderhead.ndjson')];
  const child = await startChild({
    ...node('sandbox', ['src/sandbox/thunderhead/main.ts', ...flags], directory),
    environment: options.environment,
  });
  options.onChild?.(child);
  try {
    return { child, url: await child.until(() => /"ready":true,"url":"([^"]+)"/.exec(child.output())?.[1]) };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function startOms(options: LaunchOptions, environment: NodeJS.ProcessEnv): Promise<Child> {
  const child = await startChild({
    ...node('oms', ['src/main.ts', 'api', 'worker', 'sweep', 'admin'], options.directory),
    environment,
    // It finishes what it has begun.
    graceMs: 30_000,
    ...(options.onOmsLine && { onLine: options.onOmsLine }),
  });
  options.onChild?.(child);
  return child;
}

const NAMES = { oms: 'The OMS', sandbox: 'The Thunderhead sandbox', migration: 'The migration' };

function node(what: keyof typeof NAMES, args: string[], directory: string) {
  return {
    name: NAMES[what],
    ...{ command: process.execPath, args: [...nodeFlags, ...args] },
    workingDirectory: projectFolder,
    logFile: join(directory, 'logs', `${what}.log`),
  };
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
