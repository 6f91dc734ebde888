import { chownSync, existsSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Child, ChildFailed, startChild } from './child.ts';
import { adopt } from './orphan.ts';
import { freePort, isFree } from './ports.ts';
import { type PostgresHome, postgresHome } from './postgres-home.ts';
import { commandOf, identify } from './process.ts';
import { keptSecret } from './secret.ts';

/**
 * A real PostgreSQL of our own, in one folder and on loopback. Start or adopt: one that already runs on this folder
 * (its launcher was killed) is taken over, one that is still going down is waited for, and whatever a `kill -9` left
 * behind is recovered by PostgreSQL itself.
 */
export interface Postgres {
  /** `postgres://oms:<password>@127.0.0.1:<port>/oms`; the role may create databases. */
  url: string;
  port: number;
  pid: number;
  adopted: boolean;
  child: Child;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  directory: string;
  /** Without it any free port. */
  port?: number | undefined;
  /** false: for data that nobody will miss. */
  fsync?: boolean;
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

interface Place extends PostgresHome {
  cluster: string;
  password: string;
  logFile: string;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path may be 107 bytes long at most, and folders of tests and clones are longer.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Programs find nothing of the user's own PostgreSQL settings (PGPORT, PGDATA, ...) in here. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const home = await postgresHome(options.directory, options.log ?? (() => undefined));
  const secret = join(home.directory, 'password');
  const password = keptSecret(secret);
  // initdb reads it as the user it runs as.
  if (home.user) chownSync(secret, home.user.uid, home.user.gid);
  const cluster = join(home.directory, 'cluster');
  const place: Place = { ...home, cluster, password, logFile: join(home.directory, 'postgres.log') };

  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(place, options.fsync !== false);
  for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
    const running = await takeOver(place);
    if (running) return running;
    try {
      return await launch(place, options);
    } catch (error) {
      // Another start was faster on this folder or this port, or processes of a killed server are still ending.
      const passing =
        /already exists|is empty|still in use|Address already in use/.test(`${error}`) && Date.now() < deadline;
      if (!passing || (options.port && !(await isFree(options.port)) && !readPidFile(place))) throw error;
    }
  }
}

async function initialise(place: Place, fsync: boolean): Promise<void> {
  // Built aside and then renamed: a folder that exists is a whole one.
  const draft = `${place.cluster}.init-${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  const child = await startChild({
    name: 'initdb',
    command: join(place.programs, 'initdb'),
    args: [
      ...['--pgdata', draft, '--username', 'oms', '--pwfile', join(place.directory, 'password')],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-instructions'],
      ...(fsync ? [] : ['--no-sync']),
      ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ],
    environment: ENVIRONMENT,
    workingDirectory: place.directory,
    logFile: place.logFile,
    user: place.user,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new ChildFailed(`initdb failed (exit code ${code}).\n${child.output()}`);
  try {
    renameSync(draft, place.cluster);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(join(place.cluster, 'PG_VERSION'))) throw error;
  }
}

async function launch(place: Place, options: PostgresOptions): Promise<Postgres> {
  const port = options.port ?? (await freePort());
  const durability = options.fsync === false ? { fsync: 'off', full_page_writes: 'off' } : {};
  const settings = Object.entries({ ...SETTINGS, ...durability, ...options.settings, port: String(port) });
  const child = await startChild({
    name: 'PostgreSQL',
    command: join(place.programs, 'postgres'),
    args: ['-D', place.cluster, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    environment: ENVIRONMENT,
    workingDirectory: place.directory,
    logFile: place.logFile,
    user: place.user,
    // Fast shutdown: open transactions are rolled back, a checkpoint is written.
    stopSignal: 'SIGINT',
    graceMs: 20_000,
  });
  try {
    await child.until(() => (readPidFile(place)?.pid === child.pid && readPidFile(place)?.ready) || undefined, {
      // Recovery after a crash may have a gigabyte of log to read.
      timeoutMs: 120_000,
    });
    return await welcome(place, child, port, false);
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The server that already runs on this folder, once it answers; undefined when there is none (any more). */
async function takeOver(place: Place): Promise<Postgres | undefined> {
  for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
    const found = readPidFile(place);
    const command = found ? commandOf(found.pid) : '';
    if (!found || command === '') return undefined;
    if (!command.includes(place.cluster)) {
      // Its id belongs to somebody else by now (common in containers), and PostgreSQL would be wary of that process.
      rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    const { name, logFile } = { name: 'PostgreSQL', logFile: place.logFile };
    if (found.ready) {
      const orphan = adopt(identify(found.pid), { name, logFile, stopSignal: 'SIGINT', hardSignal: 'SIGQUIT' });
      return await welcome(place, orphan, found.port, true);
    }
    if (Date.now() > deadline) throw new ChildFailed(`PostgreSQL (process ${found.pid}) is neither ready nor gone`);
  }
}

/** Speaks to the server: is it the one of this folder, and does it have our database? */
async function welcome(place: Place, child: Child, port: number, adopted: boolean): Promise<Postgres> {
  const url = (database: string) => `postgres://oms:${place.password}@127.0.0.1:${port}/${database}`;
  const client = new Client({ connectionString: url('postgres'), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(`select current_setting('data_directory') as directory,
      exists (select from pg_database where datname = 'oms') as known`);
    if (realpathSync(rows[0].directory) !== realpathSync(place.cluster)) {
      throw new ChildFailed(`port ${port} is answered by another PostgreSQL (${rows[0].directory})`);
    }
    // Two starts at once may both try; the second finds it there.
    if (!rows[0].known) await client.query('create database oms').catch(ignoreCode('42P04', '23505'));
  } finally {
    await client.end();
  }
  return { url: url('oms'), port, pid: child.pid, adopted, child, stop: async () => void (await child.stop()) };
}

function readPidFile(place: Place): { pid: number; port: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

function ignoreCode(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes((error as { code?: string }).code ?? '')) throw error;
  };
}
