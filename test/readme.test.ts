import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { roles } from '#src/config.ts';
import { type RouteParts, routes } from '#src/sandbox/gateway/routes.ts';
import { startOms } from './support/oms.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('the README explains every role', () => {
  const [, table = ''] = /^\| role \|.*\n.*\n((?:\|.*\n)+)/m.exec(read('README.md')) ?? [];
  expect([...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, role]) => role)).toEqual([...roles]);
});

test("the sandbox's README has every route of the facade", () => {
  const known = routes({} as RouteParts).map(({ method, path }) => `${method} ${path}`);
  const rows = [...read('src/sandbox/thunderhead/README.md').matchAll(/^\| `((?:GET|POST) \/(?!sandbox)[^`?]+)/gm)];
  expect(rows.map(([, route]) => route).sort()).toEqual(known.sort());
});

test('the four commands of the README get a token, post, follow and fetch', async () => {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  expect(block.trim().split('\n')).toHaveLength(4);
  await using oms = await startOms({ roles: ['api', 'worker', 'sweep'] });
  const folder = mkdtempSync(join(tmpdir(), 'oms-readme-'));
  const commands = block
    .replaceAll('http://127.0.0.1:9091', oms.oidm.url)
    .replaceAll('http://127.0.0.1:8080', oms.url)
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll('@src/', `@${root}/src/`);
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { cwd: folder });
  expect(stdout).toMatch(/"status":"COMPLETED"/);
  expect(readFileSync(join(folder, 'invoice.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
  rmSync(folder, { recursive: true });
});
