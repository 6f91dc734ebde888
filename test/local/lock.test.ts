import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { throwAwayFolder } from '#src/local/folders.ts';
import { takeLock } from '#src/local/lock.ts';
import { identify } from '#src/local/process.ts';

/** One launcher per folder, also after the one before was killed. */
const folder = throwAwayFolder('lock-test');
afterAll(() => rmSync(folder, { recursive: true }));

test('the second one is told who holds the lock, and what they said', () => {
  const file = join(folder, 'held');
  const lock = takeLock<string>(file);
  if ('heldBy' in lock) throw new Error('nobody can hold it yet');
  lock.say('at http://127.0.0.1:8080');
  expect(takeLock<string>(file)).toEqual({ heldBy: identify(process.pid), words: 'at http://127.0.0.1:8080' });
  lock.release();
  expect(takeLock<string>(file)).toHaveProperty('left', undefined);
});

test('the lock of a killed process is replaced, and its last words are handed on', async () => {
  const file = join(folder, 'killed');
  const killed = spawn('sleep', ['60']);
  await once(killed, 'spawn');
  const holder = identify(killed.pid as number);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  writeFileSync(file, JSON.stringify({ holder, words: 'the children were 7 and 8' }));
  expect(takeLock<string>(file)).toHaveProperty('left', 'the children were 7 and 8');
  expect(JSON.parse(readFileSync(file, 'utf8')).holder).toEqual(identify(process.pid));
});

test('a process id that is used again does not hold the lock', () => {
  const file = join(folder, 'reused');
  writeFileSync(file, JSON.stringify({ holder: { pid: process.pid, started: 'another boot/1' } }));
  expect(takeLock<string>(file)).not.toHaveProperty('heldBy');
});

test('half a lock is no lock', () => {
  const file = join(folder, 'torn');
  writeFileSync(file, '{"holder":');
  expect(takeLock<string>(file)).not.toHaveProperty('heldBy');
});
