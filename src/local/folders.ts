import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** The folders that starting, trying and testing the OMS write into. */
export const projectFolder = resolve(import.meta.dirname, '../..');

/** Git-ignored; what `npm start` keeps. Deleting it is a fresh start. */
export const dataFolder = join(projectFolder, 'data');

/** Downloads, which a demo and the tests share with `npm start`. */
export const cacheFolder = join(dataFolder, 'cache');

export function throwAwayFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `oms-${purpose}-`));
  // PostgreSQL, which runs as another user when we are root, must be able to pass through.
  chmodSync(folder, 0o711);
  return folder;
}

/** The short name of a path below the folder we stand in, else its whole name. */
export function nearName(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
