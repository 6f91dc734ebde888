import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '#src/config.ts';
import { startChild } from '#src/local/child.ts';
import { projectFolder } from '#src/local/folders.ts';
import type { Cell } from './cell.ts';

/**
 * Version N is what git has of `commit` (HEAD unless told), N+1 is this working tree: N is at work on its own schema, N+1
 * migrates it under N's feet, and then takes N's place process by process while documents come in. It shows what these two
 * commits do to each other; with a clean tree and HEAD, that one version is rolled out onto itself.
 */
export function versionCell(directory: string, commit = 'HEAD'): Cell {
  const older = join(directory, 'version-n');
  let unpacked = false;
  const unpack = () => {
    if (unpacked) return;
    mkdirSync(older);
    const archive = execFileSync('git', ['archive', commit], { cwd: projectFolder, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', older], { input: archive });
    symlinkSync(join(projectFolder, 'node_modules'), join(older, 'node_modules'));
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
    async migrate(databaseUrl) {
      unpack();
      await migrateWith(older, databaseUrl);
    },
    program: () => () => ({ workingDirectory: older }),
    async disturb({ all, environment: { DATABASE_URL = '' }, until, blow, complain }) {
      await until(0.2);
      await migrateWith(projectFolder, DATABASE_URL);
      for (const [index, one] of all.entries()) {
        await until(0.3 + (0.6 * index) / all.length);
        one.become({});
        const { code } = await one.terminate();
        if (code !== 0) complain(`exit code ${code} after SIGTERM`);
        blow();
      }
    },
  };
}

/** The migration reads its settings as a whole, and calls none of these. */
const needed = { THUNDERHEAD_URL: 'http://127.0.0.1:9', OIDM_URL: 'http://127.0.0.1:9' };
