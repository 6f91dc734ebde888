import { join } from 'node:path';
import type { Role } from '#src/config.ts';
import { type Child, type Exit, startChild } from '#src/local/child.ts';

/** `node src/main.ts <roles>` as a process of its own: for tests that kill it. */
export interface OmsProcess {
  /** Where it listens. */
  url: string;
  pid: number;
  /** By its own clock. */
  readyAt: string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** Gently; one that hangs is killed after ten seconds. */
  stop(): Promise<void>;
  /** Resolves when it is gone, whoever ended it. */
  exited: Promise<Exit>;
  /** Its log so far. */
  output(): string;
}

/** What is run: another program that listens as the OMS does, or another version's folder. */
export interface Program {
  args?: readonly string[];
  workingDirectory?: string;
}

const root = new URL('../..', import.meta.url).pathname;
let count = 0;

/** Resolves when it is ready. The environment is all it gets. */
export async function spawnOms(
  roles: readonly Role[],
  environment: Readonly<Record<string, string>>,
  directory: string,
  { args = ['src/main.ts'], workingDirectory = root }: Program = {},
): Promise<OmsProcess> {
  const child: Child = await startChild({
    name: `OMS ${roles}`,
    command: process.execPath,
    args: [...args, ...roles],
    environment: { ...environment },
    workingDirectory,
    logFile: join(directory, `oms-${++count}.log`),
  });
  const { url, time } = await child.until(() => {
    const line = child
      .output()
      .split('\n')
      .find((text) => text.includes('"msg":"ready"'));
    return line === undefined ? undefined : (JSON.parse(line) as { url: string; time: string });
  });
  return {
    ...{ url, readyAt: time, pid: child.pid, exited: child.exited, output: () => child.output() },
    async kill() {
      process.kill(child.pid, 'SIGKILL');
      await child.exited;
    },
    async stop() {
      await child.stop();
    },
  };
}
