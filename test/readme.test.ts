import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startOms } from './support/oms.ts';

const root = join(import.meta.dirname, '..');

test('the four commands of the README get a token, post, follow and fetch', async () => {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
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
