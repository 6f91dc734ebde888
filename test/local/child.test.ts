import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type ChildStart, startChild } from '#src/local/child.ts';
import { projectFolder, throwAwayFolder } from '#src/local/folders.ts';
import { identify, isAlive } from '#src/local/process.ts';
import { eventually } from '#test/support/services.ts';

/** Nothing we start is left behind, and what goes wrong is said with the end of its log. */
const folder = throwAwayFolder('child-test');
afterAll(() => rmSync(folder, { recursive: true }));

const shell = (script: string, more: Partial<ChildStart> = {}) =>
  startChild({
    name: 'The child',
    command: 'sh',
    args: ['-c', script],
    environment: { PATH: '/usr/bin:/bin' },
    logFile: join(folder, `${Math.random()}.log`),
    ...more,
  });

test('a child that listens to its stop signal ends as it likes', async () => {
  const lines: string[] = [];
  const child = await shell('trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.02; done', {
    onLine: (line) => lines.push(line),
  });
  await child.until(() => child.output().includes('ready') || undefined);
  expect(await child.stop()).toEqual({ code: 3, signal: null });
  expect(lines).toEqual(['ready', 'bye']);
});

test('a child that does not listen is killed, with what it started', async () => {
  const child = await shell('trap "" TERM; sleep 60 & echo $!; wait; wait', { graceMs: 100 });
  const grandchild = await child.until(() => Number(child.output()) || undefined);
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually(() => !isAlive(identify(grandchild)));
});

test('a child that dies before it is ready is quoted', async () => {
  const child = await shell('echo "no space left" >&2; exit 9');
  const wait = child.until(() => undefined);
  await expect(wait).rejects.toThrow(/The child ended by itself \(exit code 9\).*\n {2}no space left/);
});

test('a child that is never ready is given up', async () => {
  const child = await shell('sleep 60');
  await expect(child.until(() => undefined, { timeoutMs: 50 })).rejects.toThrow('not ready after');
  await child.stop();
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a child ends when its parent is killed', async () => {
  const script = `import { startChild } from '${projectFolder}/src/local/child.ts';
    const logFile = '${join(folder, 'orphan.log')}';
    const environment = { PATH: '/usr/bin:/bin' };
    const child = await startChild({ name: 'x', command: 'sleep', args: ['60'], environment, logFile });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd: projectFolder });
  const [pid] = await once(parent.stdout, 'data');
  const child = identify(Number(pid));
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isAlive(child));
});
