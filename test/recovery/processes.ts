import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { Pool } from 'pg';
import type { Role } from '#src/config.ts';
import { startThunderhead } from '#src/sandbox/thunderhead/server.ts';
import { type Client, clientOf } from '#test/support/client.ts';
import { environmentOf } from '#test/support/oms.ts';
import { type OmsProcess, spawnOms } from '#test/support/oms-process.ts';
import { freshDatabase } from '#test/support/services.ts';
import { openOidm, type TestOidm, usualClient } from '#test/support/tokens.ts';

/** A database, a queue and the sandboxes, for processes of the OMS that are begun and ended here. */
export interface House extends AsyncDisposable {
  environment: Record<string, string>;
  pool: Pool;
  /** Runs `node src/main.ts` to its end, or until it is killed. */
  run(words: string, more?: Record<string, string>, killed?: AbortSignal): Promise<Run>;
  spawn(roles: readonly Role[], more?: Record<string, string>): Promise<OmsProcess>;
  client(oms: OmsProcess): Client;
  token: TestOidm['token'];
  count(condition: string): Promise<number>;
}

export interface Run {
  code: number;
  /** The last line of its standard output, if that is JSON. */
  result: Record<string, unknown> | undefined;
  output: string;
}

const root = new URL('../..', import.meta.url).pathname;

export async function openHouse(
  directory: string,
  more: { batchMs?: number; deaf?: boolean; environment?: Record<string, string> } = {},
): Promise<House> {
  await using opened = new AsyncDisposableStack();
  const databaseUrl = await freshDatabase();
  const pool = new Pool({ connectionString: databaseUrl, max: 3 });
  opened.defer(() => pool.end());
  const oidm = opened.use(await openOidm());
  const thunderheadUrl = more.deaf ? opened.use(await deafServer()).url : await sandbox(opened, more.batchMs ?? 30);
  const environment = {
    ...environmentOf({ databaseUrl, thunderheadUrl, oidmUrl: oidm.url, ...(more.environment && more) }),
    SWEEP_INTERVAL_MS: '100',
    SWEEP_GRACE_MS: '200',
  };
  const stack = opened.move();
  return {
    environment,
    pool,
    run: (words, extra, killed) => run(words, { ...environment, ...extra }, killed),
    async spawn(roles, extra) {
      const oms = await spawnOms(roles, { ...environment, ...extra }, directory);
      stack.defer(() => oms.stop());
      return oms;
    },
    token: oidm.token,
    client: (oms) => clientOf(oms.url, (...request) => oidm.token(usualClient(...request))),
    count: async (condition) =>
      (await pool.query(`select count(*)::int as count from progress where ${condition}`)).rows[0].count,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function sandbox(opened: AsyncDisposableStack, batchMs: number): Promise<string> {
  const thunderhead = await startThunderhead({ batchMs });
  opened.defer(() => thunderhead.close());
  return thunderhead.url;
}

/** Takes every call, and never answers. */
async function deafServer(): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/thunderhead/v1`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function run(words: string, environment: Record<string, string>, killed?: AbortSignal): Promise<Run> {
  return new Promise((resolve) => {
    const options = {
      cwd: root,
      env: environment,
      timeout: 60_000,
      killSignal: 'SIGKILL' as const,
      ...(killed && { signal: killed }),
    };
    execFile(process.execPath, ['src/main.ts', ...words.split(' ')], options, (error, stdout, stderr) => {
      const code = error ? Number(error.code) || -1 : 0;
      resolve({ code, result: jsonOf(stdout.trim().split('\n').at(-1)), output: stdout + stderr });
    });
  });
}

function jsonOf(line = ''): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
