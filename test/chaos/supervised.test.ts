import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { environment } from '#src/config.ts';
import { projectFolder, throwAwayFolder } from '#src/local/folders.ts';
import { eventually } from '#test/support/eventually.ts';
import { openReceiver } from './receiver.ts';
import { supervise } from './supervised.ts';
import { versionCell } from './version-cell.ts';

const directory = throwAwayFolder('supervised-test');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Says that it is ready an hour ahead of its time, and lives on. */
const program = (onTerm: string) => () => ({
  args: [
    '-e',
    `process.on('SIGTERM', () => { ${onTerm} }); setInterval(() => {}, 1_000);
     const time = new Date(Date.now() + 3_600_000).toISOString();
     console.log(JSON.stringify({ time, url: 'http://127.0.0.1:9', msg: 'ready' }));`,
    '--',
  ],
});
const start = (onTerm: string) => ({
  roles: ['worker'] as const,
  environment: {},
  directory,
  program: program(onTerm),
});

test('a process that was ready and is killed counts, and one that is not there does not', async () => {
  const one = await supervise(start('process.exit(0)'));
  expect(one.clockOffMs).toBeGreaterThan(3_500_000);
  expect(await one.kill()).toBe(true);
  expect(await one.kill()).toBe(false);
  expect(one.killed).toBe(1);
  expect(await one.terminate()).toMatchObject({ code: 0 });
  await one.untilReady();
  expect(await one.stop()).toEqual({ code: 0, signal: null });
  expect([one.killed, one.failures]).toEqual([1, []]);
  expect(one.log().match(/ready/g)).toHaveLength(3);
});

test('a process that hangs when it is told to end is killed, and its end says so', async () => {
  const one = await supervise(start('console.log("not yet")'));
  expect(await one.stop()).toEqual({ code: null, signal: 'SIGKILL' });
}, 30_000);

test('the receiver keeps every call, and says which of them it has taken', async () => {
  const fates = [0.05, 0.12, 0.5];
  await using receiver = await openReceiver(() => fates.shift() ?? 1);
  const call = () =>
    fetch(receiver.url, {
      method: 'POST',
      headers: { 'webhook-id': 'e-1' },
      body: JSON.stringify({ subject: 'r-1', data: { status: 'COMPLETED', statusVersion: 1 } }),
    });
  expect((await call()).status).toBe(500);
  // Never answered.
  const unanswered = call().catch(() => undefined);
  await eventually(() => receiver.calls.length === 2);
  expect((await call()).status).toBe(204);
  const told = { subject: 'r-1', webhookId: 'e-1', status: 'COMPLETED', version: 1 };
  expect(receiver.calls).toEqual([false, false, true].map((taken) => ({ ...told, taken })));
  await receiver[Symbol.asyncDispose]();
  expect(await unanswered).toBeUndefined();
});

test('a version that is the same code as this tree is not rolled out onto itself', () => {
  const git = (...args: string[]) =>
    `${execFileSync('git', args, { cwd: projectFolder, env: { ...environment, GIT_INDEX_FILE: join(directory, 'index') } as NodeJS.ProcessEnv })}`;
  git('read-tree', 'HEAD');
  git('add', 'entities', 'processors', 'queues', 'admin', 'src');
  expect(versionCell(directory, git('write-tree').trim()).refusal?.()).toMatch(/is the same code as this tree/);
  expect(versionCell(directory, 'nosuchcommit').refusal?.()).toMatch(/there is no version/);
  expect(versionCell(directory).refusal?.()).toBeUndefined();
});
