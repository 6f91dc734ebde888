import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from '@jest/globals';
import { handover, openSandbox } from './sandbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'thunderhead-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('batches, stops and contents survive a restart, and a torn last line does no harm', async () => {
  const state = join(folder, 'torn.ndjson');
  const first = await openSandbox({ state });
  const done = await first.accept(handover('', { correlationId: 'done' }), 'key-1');
  const stopped = await first.accept(handover('', { correlationId: 'stopped' }), 'key-2');
  await first.post(`/batches/${stopped}/cancel`);
  const before = (await first.get(`/batches/${done}`)).json;
  await first.close();
  appendFileSync(state, '{"batch":{"batchId":12345,"batch');

  for (const _ of ['with the torn line', 'and once more']) {
    await using second = await openSandbox({ state });
    expect((await second.get(`/batches/${done}`)).json).toEqual(before);
    second.advance(1000);
    expect((await second.get(`/batches/${stopped}`)).json).toMatchObject({ status: 'STOPPED' });
    expect((await second.get(`/batches/${done}/documents/1/content`)).status).toBe(200);
    expect(await second.counts()).toMatchObject({ batches: 2, accepted: 2, acceptedTwice: [] });
  }
  await using third = await openSandbox({ state });
  expect(await third.accept(handover(), 'key-3')).toBeGreaterThan(stopped);
});

test('a batch of many survives with all its documents, and the judge remembers what was accepted twice', async () => {
  const state = join(folder, 'many.ndjson');
  const first = await openSandbox({ state });
  const batchId = await first.acceptMany([
    { correlationId: 'good', xml: '<Invoice><ID>F-1</ID></Invoice>' },
    { correlationId: 'bad', sandbox: 'error' },
  ]);
  first.advance(1000);
  await first.acceptMany([{ correlationId: 'good' }, { correlationId: 'bad' }], { correlationId: 'handover-2' });
  const look = async (sandbox: typeof first) =>
    Promise.all([
      ...[`/batches/${batchId}`, `/batches/${batchId}/transactions`, `/batches/${batchId}/documents/1/content`].map(
        async (path) => (await sandbox.get(path)).text,
      ),
      sandbox
        .counts()
        .then(({ accepted, acceptedBatches, acceptedTwice }) => [...[accepted, acceptedBatches, acceptedTwice]]),
    ]);
  const before = await look(first);
  expect(before.at(-1)).toEqual([4, 2, ['good']]);
  await first.close();
  await using second = await openSandbox({ state });
  second.advance(1000);
  expect(await look(second)).toEqual(before);
  expect((await second.get('/batches?correlationId=bad')).json.results).toHaveLength(2);
});

test('a reset empties the state file too', async () => {
  const state = join(folder, 'reset.ndjson');
  const first = await openSandbox({ state });
  await first.accept(handover());
  await first.post('/sandbox/reset');
  await first.accept(handover('', { batchName: 'after' }));
  await first.close();
  await using second = await openSandbox({ state });
  expect((await second.get('/sandbox/counts')).json).toMatchObject({ batches: 1 });
});

test('what was answered survives kill -9 of the process; SIGTERM ends it cleanly', async () => {
  const killed = await run('--state', `${folder}/killed/`, '--batch-ms', '0');
  const body = JSON.stringify(handover());
  const answer = await fetch(`${killed.url}/documents`, { method: 'POST', body });
  const { batchId } = (await answer.json()) as { batchId: number };
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');

  const again = await run('--state', `${folder}/killed/`);
  const content = await fetch(`${again.url}/batches/${batchId}/documents/1/content`);
  expect(content.status).toBe(200);
  again.child.kill('SIGTERM');
  expect(await once(again.child, 'exit')).toEqual([0, null]);
});

test('bad flags refuse the start, all named at once', async () => {
  const child = start('--port', '99999', '--batch-ms', 'soon', '--colour', 'red');
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(said).toMatch(/"port".*"batch-ms".*"colour"/);
});

const start = (...flags: string[]): ChildProcess =>
  spawn(process.execPath, ['src/sandbox/thunderhead/main.ts', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });

async function run(...flags: string[]) {
  const child = start(...flags);
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  expect(line).toMatch(/^{"ready":true,"url":"[^"]+","soapUrl":"[^"]+"}$/);
  const { url } = JSON.parse(line) as { url: string };
  return { child, url };
}
