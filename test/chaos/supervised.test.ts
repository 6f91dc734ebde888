import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { throwAwayFolder } from '#src/local/folders.ts';
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

test('a version is rolled out onto the one before it, and not onto itself or onto nothing', () => {
  const tree = join(directory, 'tree');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  const commit = (code: string) => {
    writeFileSync(join(tree, 'src/main.ts'), code);
    git('add', '.');
    git('commit', '-q', '-m', code);
  };
  const refusal = (given?: string) => versionCell(directory, given, tree).refusal?.();
  mkdirSync(join(tree, 'src'), { recursive: true });
  git('init', '-q');
  commit('version 1');
  expect(refusal()).toMatch(/there is no version before this one/);
  commit('version 2');
  expect(refusal()).toBeUndefined();
  expect(refusal('HEAD')).toBe('HEAD is the same code as this tree');
  expect(refusal('nosuchcommit')).toMatch(/there is no version/);
  // What no commit has yet is a version too.
  writeFileSync(join(tree, 'src/main.ts'), 'version 3');
  expect(refusal('HEAD')).toBeUndefined();
});
