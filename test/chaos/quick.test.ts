import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { environment } from '#src/config.ts';
import { projectFolder } from '#src/local/folders.ts';

/** The short cut of `npm run chaos`, with servers of its own: a red cell fails here, with its row of the table. */
test('whatever dies in the quick cut of the kill matrix, nothing is lost, doubled or left open', async () => {
  const args = ['test/chaos/main.ts', '--quick', '--json'];
  // A red cell ends with exit code 1; what it said is in the output.
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    ...{ cwd: projectFolder, env: environment as NodeJS.ProcessEnv, timeout: 540_000, maxBuffer: 2 ** 24 },
  }).catch((error: { stdout: string }) => error);
  const { cells, red } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { cells: number; red: number };
  expect(red === 0 ? [] : stdout.split('\n').filter((line) => line.includes('RED'))).toEqual([]);
  expect(cells).toBeGreaterThan(5);
}, 600_000);
