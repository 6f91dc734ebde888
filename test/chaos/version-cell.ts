import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '#src/config.ts';
import { startChild } from '#src/local/child.ts';
import { projectFolder } from '#src/local/folders.ts';
import type { Cell } from './cell.ts';

/** What a version is made of. */
const product = ['entities', 'processors', 'queues', 'admin', 'src'];

type Git = (...args: string[]) => Buffer;

/** The commit before the newest one that changed the product. */
function versionBefore(git: Git): string {
  const newest = `${git('log', '-1', '--format=%H', '--', ...product)}`.trim();
  return `${git('rev-parse', '--short', `${newest}^`)}`.trim();
}

/**
 * Version N is what git has of `given` (the one before this unless told), N+1 is the working `tree`: N is at work on its own
 * schema, N+1 migrates it under N's feet, and then takes N's place process by process while documents come in. It shows what
 * these two do to each other.
 */
export function versionCell(directory: string, given?: string, tree = projectFolder): Cell {
  const git: Git = (...args) => execFileSync('git', args, { cwd: tree, maxBuffer: 2 ** 28, stdio: 'pipe' });
  let commit = given ?? '';
  const older = join(directory, 'version-n');
  let unpacked = false;
  const unpack = () => {
    if (unpacked) return;
    mkdirSync(older);
    execFileSync('tar', ['-x', '-C', older], { input: git('archive', commit) });
    symlinkSync(join(tree, 'node_modules'), join(older, 'node_modules'));
    unpacked = true;
  };
  const migrateWith = async (workingDirectory: string, databaseUrl: string) => {
    const child = await startChild({
      name: `the migration of ${workingDirectory}`,
      command: process.execPath,
      args: ['src/main.ts', 'migrate'],
      environment: { ...needed, PATH: environment.PATH, DATABASE_URL: databaseUrl },
      workingDirectory,
      logFile: join(directory, 'migrations.log'),
    });
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`${child.name} failed: ${child.output()}`);
  };
  return {
    name: 'two-versions',
    overMs: 15_000,
    leastBlows: 4,
    refusal() {
      try {
        commit ||= versionBefore(git);
        if (`${git('diff', '--name-only', commit, '--', ...product)}` !== '') return undefined;
      } catch (error) {
        return `there is no version before this one: ${(error as Error).message.trim().split('\n').at(-1)}`;
      }
      return `${commit} is the same code as this tree`;
    },
    async migrate(databaseUrl) {
      unpack();
      await migrateWith(older, databaseUrl);
    },
    program: () => () => ({ workingDirectory: older }),
    async disturb({ all, environment: { DATABASE_URL = '' }, until, blow, complain }) {
      await until(0.2);
      await migrateWith(tree, DATABASE_URL);
      for (const [index, one] of all.entries()) {
        await until(0.3 + (0.6 * index) / all.length);
        one.become({});
        const { code } = await one.terminate();
        if (code !== 0) complain(`exit code ${code} after SIGTERM`);
        await one.untilReady();
        if (code === 0) blow();
      }
    },
  };
}

/** The migration reads its settings as a whole, and calls none of these. */
const needed = { THUNDERHEAD_URL: 'http://127.0.0.1:9', OIDM_URL: 'http://127.0.0.1:9' };
