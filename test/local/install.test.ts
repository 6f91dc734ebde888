import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectFolder, throwAwayFolder } from '#src/local/folders.ts';

/** What every npm script does first: install once per package-lock.json, and no more. Here npm is a stand-in. */
const folder = throwAwayFolder('install-test');
afterAll(() => rmSync(folder, { recursive: true }));

const npm = join(folder, 'npm-cli.js');
writeFileSync(
  npm,
  `const fs = require('fs');
  fs.appendFileSync('calls', process.argv[2] + '\\n');
  if (fs.existsSync('incomplete') && process.argv[2] === 'ci') { console.error('npm error code EUSAGE'); process.exit(1); }
  if (fs.existsSync('broken')) { console.error('E404 nothing there'); process.exit(3); }
  setTimeout(() => fs.mkdirSync('node_modules', { recursive: true }), 300);`,
);

function project(name: string): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'src/local'), { recursive: true });
  cpSync(join(projectFolder, 'src/local/install.cjs'), join(root, 'src/local/install.cjs'));
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}');
  return root;
}

async function install(root: string, PATH = dirname(process.execPath)): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, ['src/local/install.cjs'], {
    cwd: root,
    env: { PATH, npm_execpath: npm },
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

const calls = (root: string) =>
  existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : [];

test('it installs once, and again when package-lock.json changes', async () => {
  const root = project('once');
  expect(await install(root)).toEqual({ code: 0, said: 'oms: first run: running npm ci\n' });
  expect(await install(root)).toEqual({ code: 0, said: '' });
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{"":{},"node_modules/b":{"version":"1.0.0"}}}');
  expect(await install(root)).toEqual({ code: 0, said: 'oms: package-lock.json has changed: running npm ci\n' });
  expect(calls(root)).toEqual(['ci', 'ci']);
});

test('two at once install once: the second waits', async () => {
  const root = project('twice');
  const results = await Promise.all([install(root), install(root)]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(calls(root)).toEqual(['ci']);
});

test('the lock of an install that was killed does not stop the next one', async () => {
  const root = project('killed');
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data/install.lock'), '2147483646');
  expect((await install(root)).code).toBe(0);
});

test('a failed install fails the script, and is tried again the next time', async () => {
  const root = project('failing');
  writeFileSync(join(root, 'broken'), '');
  const { code, said } = await install(root);
  expect(code).toBe(1);
  expect(said).toContain('npm failed (exit code 3):\nE404 nothing there');
  rmSync(join(root, 'broken'));
  expect((await install(root)).code).toBe(0);
});

test('a lock file that npm ci refuses is installed by npm install', async () => {
  const root = project('incomplete');
  writeFileSync(join(root, 'incomplete'), '');
  expect((await install(root)).code).toBe(0);
  expect(calls(root)).toEqual(['ci', 'install']);
});

test('what npm installed by hand is not installed again', async () => {
  const root = project('by-hand');
  mkdirSync(join(root, 'node_modules/a'), { recursive: true });
  writeFileSync(join(root, 'node_modules/a/package.json'), '{}');
  writeFileSync(join(root, 'node_modules/.package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  expect((await install(root)).code).toBe(0);
  expect(calls(root)).toEqual([]);
});

function nodeThatDoesNotRun(root: string): string {
  const node = join(root, 'node_modules/.bin/node');
  mkdirSync(dirname(node), { recursive: true });
  writeFileSync(node, 'made for another machine', { mode: 0o755 });
  return node;
}

test("a Node from npm that does not run here makes way for the machine's own", async () => {
  const root = project('other-node');
  const node = nodeThatDoesNotRun(root);
  expect((await install(root)).code).toBe(0);
  expect(existsSync(node)).toBe(false);
});

test('without any Node that is new enough, it says what is needed', async () => {
  const root = project('no-node');
  nodeThatDoesNotRun(root);
  const { code, said } = await install(root, '/nowhere');
  expect(code).toBe(1);
  expect(said).toContain('Node 24 or newer is needed');
});
