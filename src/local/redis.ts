import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as Client } from 'ioredis';
import { type Child, ChildFailed, startChild } from './child.ts';
import { adopt } from './orphan.ts';
import { freePort, isFree } from './ports.ts';
import { commandOf, identify } from './process.ts';
import { redisProgram } from './redis-install.ts';
import { keptSecret } from './secret.ts';

/**
 * A Redis of our own, in one folder, on loopback and behind a password; a Redis service that the machine runs already is
 * never touched. Like our PostgreSQL it is started or adopted, and survives `kill -9`: its append-only file loses
 * two seconds at most, and what the queues lose the sweep rings again.
 */
export interface Redis {
  url: string;
  port: number;
  pid: number;
  adopted: boolean;
  child: Child;
  stop(): Promise<void>;
}

export interface RedisOptions {
  directory: string;
  environment: NodeJS.ProcessEnv;
  /** Without it any free port. */
  port?: number | undefined;
  /** false: for data that nobody will miss. */
  durable?: boolean;
  settings?: Record<string, string>;
  log: (line: string) => void;
}

interface Place {
  directory: string;
  configuration: string;
  pidFile: string;
  logFile: string;
  password: string;
}

export async function startRedis(options: RedisOptions): Promise<Redis | { unavailable: string }> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const place: Place = {
    directory,
    configuration: join(directory, 'redis.conf'),
    pidFile: join(directory, 'redis.pid'),
    logFile: join(directory, 'redis.log'),
    password: keptSecret(join(directory, 'password')),
  };
  const found = await redisProgram(options.environment, options.log);
  if ('unavailable' in found) return found;

  for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
    const running = await takeOver(place);
    if (running) return running;
    try {
      return await launch(found.program, place, options);
    } catch (error) {
      const passing = /Address already in use/.test(`${error}`) && Date.now() < deadline;
      if (!passing || (options.port && !(await isFree(options.port)))) throw error;
    }
  }
}

async function launch(program: string, place: Place, options: RedisOptions): Promise<Redis> {
  const port = options.port ?? (await freePort());
  // In a file, not on the command line, where everybody on this machine could read the password.
  writeFileSync(place.configuration, configuration(place, port, options), { mode: 0o600 });
  rmSync(place.pidFile, { force: true });
  const child = await startChild({
    name: 'Redis',
    command: program,
    args: [place.configuration],
    environment: { PATH: options.environment.PATH, LC_ALL: 'C' },
    workingDirectory: place.directory,
    logFile: place.logFile,
    graceMs: 15_000,
  });
  try {
    await child.until(async () => ((await ask(place, port)) === 'ready' ? true : undefined), { timeoutMs: 120_000 });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return describe(place, child, port, false);
}

function configuration(place: Place, port: number, { durable = true, settings }: RedisOptions): string {
  const lines = {
    bind: '127.0.0.1',
    port: String(port),
    dir: quoted(place.directory),
    pidfile: quoted(place.pidFile),
    requirepass: place.password,
    // An evicted key would be a lost job that nobody notices.
    'maxmemory-policy': 'noeviction',
    save: '""',
    appendonly: durable ? 'yes' : 'no',
    appendfsync: 'everysec',
    // Delayed jobs wake up on this clock; the default of 10 a second makes them late.
    hz: '500',
    ...settings,
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${name} ${value}`)
    .join('\n')}\n`;
}

/** The server that already runs on this folder, once it answers; undefined when there is none (any more). */
async function takeOver(place: Place): Promise<Redis | undefined> {
  if (!existsSync(place.pidFile) || !existsSync(place.configuration)) return undefined;
  const pid = Number(readFileSync(place.pidFile, 'utf8'));
  const port = Number(/^port (\d+)$/m.exec(readFileSync(place.configuration, 'utf8'))?.[1]);
  for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
    // Redis writes "redis-server 127.0.0.1:<port>" over its command line.
    if (!pid || !port || !commandOf(pid).includes(`:${port}`)) return undefined;
    const answer = await ask(place, port);
    if (answer === 'ready') {
      return describe(place, adopt(identify(pid), { name: 'Redis', logFile: place.logFile }), port, true);
    }
    if (answer === 'another') return undefined;
    if (Date.now() > deadline) throw new ChildFailed(`Redis (process ${pid}) is neither ready nor gone`);
  }
}

/** What answers on this port: our own instance, another one, or (still, again) nobody. */
async function ask(place: Place, port: number): Promise<'ready' | 'another' | 'nobody'> {
  const client = new Client({
    ...{ port, host: '127.0.0.1', password: place.password, lazyConnect: true, connectTimeout: 5_000 },
    ...{ retryStrategy: () => null, maxRetriesPerRequest: 0, enableReadyCheck: false },
    // Its default keeps a process alive for two seconds after a connection that never was.
    disconnectTimeout: 100,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [, directory] = (await client.config('GET', 'dir')) as string[];
    return directory && realpathSync(directory) === realpathSync(place.directory) ? 'ready' : 'another';
  } catch (error) {
    return /WRONGPASS|NOAUTH|without any password/.test(`${error}`) ? 'another' : 'nobody';
  } finally {
    client.disconnect();
  }
}

function describe(place: Place, child: Child, port: number, adopted: boolean): Redis {
  const url = `redis://:${place.password}@127.0.0.1:${port}`;
  return { url, port, pid: child.pid, adopted, child, stop: async () => void (await child.stop()) };
}

function quoted(path: string): string {
  return JSON.stringify(path);
}
