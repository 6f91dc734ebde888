import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { throwAwayFolder } from '#src/local/folders.ts';
import { type Postgres, startPostgres } from '#src/local/postgres.ts';

/** Our PostgreSQL keeps its data, whatever happens to whoever started it. */
const folder = throwAwayFolder('postgres-test');
const directory = join(folder, 'a folder with blanks', 'postgres');
afterAll(() => rmSync(folder, { recursive: true }));

const start = () => startPostgres({ directory, settings: { shared_buffers: '16MB' } });

async function run(postgres: Postgres, sql: string) {
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('data survives a stop, and a kill -9', async () => {
  const first = await start();
  await run(first, 'create table letters (number int)');
  await first.stop();

  const second = await start();
  await run(second, 'insert into letters values (42)');
  process.kill(second.pid, 'SIGKILL');
  await second.child.exited;

  const third = await start();
  expect(third.adopted).toBe(false);
  expect(await run(third, 'select number from letters')).toEqual([{ number: 42 }]);
  await third.stop();
});

test('a server that already runs on the folder is adopted, not started twice', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect([one.adopted, other.adopted].sort()).toEqual([false, true]);
  expect(other.url).toBe(one.url);
  await other.stop();
  expect(await one.child.exited).toBeDefined();
});

test('nobody gets in without the password', async () => {
  const postgres = await start();
  const url = new URL(postgres.url);
  url.password = 'oms';
  await expect(new Client({ connectionString: url.href }).connect()).rejects.toMatchObject({ code: '28P01' });
  await postgres.stop();
});
