import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '#src/config.ts';
import { type OmsProcess, type Program, spawnOms } from '#test/support/oms-process.ts';

export interface SupervisedStart {
  roles: readonly Role[];
  environment: Readonly<Record<string, string>>;
  directory: string;
  /** Asked at each start, with how often it has been killed so far. */
  program?: (killed: number) => Program | undefined;
}

/** An OMS process that is started again whenever it ends, as Kubernetes does it. */
export interface Supervised {
  readonly url: string;
  /** How often it died of SIGKILL: by its crash point, or by us. */
  readonly killed: number;
  /** Ends that nobody asked for. */
  readonly failures: readonly string[];
  kill(): Promise<void>;
  /** SIGTERM; answers how it took it. */
  terminate(): Promise<{ code: number | null; seconds: number }>;
  /** From now on another program is started. */
  become(program: Program): void;
  /** SIGTERM, and it does not come back. */
  stop(): Promise<void>;
}

const pauseMs = 200;

export async function supervise({ roles, environment, directory, program }: SupervisedStart): Promise<Supervised> {
  const failures: string[] = [];
  let killed = 0;
  let stopped = false;
  let asked = false;
  let other: Program | undefined;
  const start = () => spawnOms(roles, environment, directory, other ?? program?.(killed));
  let running: OmsProcess | undefined = await start();
  let url = running.url;

  const watch = async () => {
    while (!stopped) {
      const { code, signal } = (await running?.exited) ?? {};
      if (signal === 'SIGKILL') killed++;
      else if (running && !asked) failures.push(`${roles} ended with ${signal ?? code}: ${lastLine(running.output())}`);
      asked = false;
      running = undefined;
      if (stopped) return;
      // What it needs may be away: it refuses to start, and is started again.
      running = await start().catch(() => undefined);
      if (running) url = running.url;
      else await delay(pauseMs);
    }
  };
  const watching = watch();

  const terminate = async () => {
    const current = running;
    const startedAt = performance.now();
    if (!current) return { code: 0, seconds: 0 };
    asked = true;
    process.kill(current.pid, 'SIGTERM');
    const { code } = await current.exited;
    return { code, seconds: (performance.now() - startedAt) / 1_000 };
  };

  return {
    get url() {
      return url;
    },
    get killed() {
      return killed;
    },
    failures,
    kill: async () => void (await running?.kill()),
    terminate,
    become(next) {
      other = next;
    },
    async stop() {
      stopped = true;
      asked = true;
      await running?.stop();
      await watching;
      // It may have been starting just then.
      await (running as OmsProcess | undefined)?.stop();
    },
  };
}

const lastLine = (output: string): string => output.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '';
