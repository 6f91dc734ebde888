import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { environment } from '#src/config.ts';
import { projectFolder, throwAwayFolder } from '#src/local/folders.ts';
import type { Addresses } from '#src/local/launch.ts';
import { isAlive, type ProcessIdentity } from '#src/local/process.ts';
import { kafkaBrokers } from '#test/support/services.ts';
import { requestToken } from '#test/support/tokens.ts';

/** What `npm start` promises: one per folder, a start after any end, and nothing lost or left behind. */
const folder = throwAwayFolder('start-test');
const launchers: ChildProcess[] = [];
afterEach(async () => {
  for (const launcher of launchers.splice(0)) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Launcher {
  child: ChildProcess;
  said: () => string;
  ready: Promise<Addresses>;
  exit: Promise<number | null>;
}

function start(name: string, settings: Record<string, string> = {}): Launcher {
  const brokers = kafkaBrokers();
  const child = spawn(process.execPath, ['src/local/start.ts', '--json', '--data', join(folder, name)], {
    cwd: projectFolder,
    // The run's broker, because starting one more takes seconds; everything else is its own.
    env: { PATH: environment.PATH, PORT: '0', KAFKA_BROKERS: typeof brokers === 'string' ? brokers : '', ...settings },
  });
  launchers.push(child);
  const lines: string[] = [];
  const { promise: ready, resolve, reject } = Promise.withResolvers<Addresses>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line.startsWith('{"ready":true')) resolve(JSON.parse(line));
  });
  const exit = once(child, 'close').then(([code]) => {
    reject(new Error(`ended before it was ready:\n${lines.join('\n')}`));
    return code;
  });
  ready.catch(() => undefined);
  return { child, said: () => lines.join('\n'), ready, exit };
}

const sample = readFileSync(join(projectFolder, 'src/sandbox/samples/premium-invoice.json'));

async function post({ api, oidm }: Addresses): Promise<string> {
  const authorization = `Bearer ${await requestToken(oidm, 'arcade')}`;
  const headers = { 'content-type': 'application/json', authorization };
  const answer = await fetch(`${api}/api/v1/document-requests`, { method: 'POST', headers, body: sample });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

function childrenIn(name: string): (ProcessIdentity & { name: string })[] {
  const { words } = JSON.parse(readFileSync(join(folder, name, 'running.json'), 'utf8'));
  expect(words.children).toHaveLength(3);
  return words.children;
}

test('a second start, a taken port, a start after kill -9, and an end that leaves nothing behind', async () => {
  const first = start('one');
  const addresses = await first.ready;
  const id = await post(addresses);

  const second = start('one');
  expect(await second.exit).toBe(1);
  expect(second.said()).toContain('already running');
  expect(second.said()).toContain(addresses.api);

  const elsewhere = start('two', { PORT: new URL(addresses.api).port });
  expect(await elsewhere.exit).toBe(1);
  expect(elsewhere.said()).toMatch(/Port \d+ is taken[\s\S]*PORT=\d+ npm start/);
  expect(existsSync(join(folder, 'two/postgres'))).toBe(false);

  first.child.kill('SIGKILL');
  const third = start('one');
  const again = await third.ready;
  expect(await post(again)).toBe(id);

  const children = childrenIn('one');
  third.child.kill('SIGTERM');
  expect(await third.exit).toBe(0);
  expect(third.said()).toContain('Stopped.');
  expect(existsSync(join(folder, 'one/running.json'))).toBe(false);
  expect(children.filter(isAlive)).toEqual([]);
});

test('when a part of it dies, it says which, and stops the rest', async () => {
  const launcher = start('two');
  await launcher.ready;
  const children = childrenIn('two');
  for (const { name, pid } of children) if (name.includes('Thunderhead')) process.kill(pid, 'SIGKILL');
  expect(await launcher.exit).toBe(1);
  expect(launcher.said()).toContain('The Thunderhead sandbox ended by itself (SIGKILL)');
  expect(children.filter(isAlive)).toEqual([]);
});

test('what is wrong with the settings is said by name, before anything starts', async () => {
  const launcher = start('three', { LEASE_MS: 'soon', SWEEP_INTERVAL_MS: '-1' });
  expect(await launcher.exit).toBe(1);
  expect(launcher.said()).toMatch(/LEASE_MS.*\n.*SWEEP_INTERVAL_MS/);
  expect(existsSync(join(folder, 'three/postgres'))).toBe(false);
});
