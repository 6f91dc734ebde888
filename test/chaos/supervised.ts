import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '#src/config.ts';
import type { Exit } from '#src/local/child.ts';
import { eventually } from '#test/support/eventually.ts';
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
  readonly roles: readonly Role[];
  readonly url: string;
  /** How often it died of SIGKILL after it was ready: by its crash point, or by us. */
  readonly killed: number;
  /** Ends that nobody asked for. */
  readonly failures: readonly string[];
  /** By how much the clock of its log was off ours when it was ready last. */
  readonly clockOffMs: number;
  /** What it has logged in all its lives that became ready. */
  log(): string;
  /** False: there was nobody to kill just then. */
  kill(): Promise<boolean>;
  /** SIGTERM, as soon as it is ready; answers how it took it. */
  terminate(): Promise<{ code: number | null; seconds: number }>;
  /** Resolves when it is at work. */
  untilReady(): Promise<void>;
  /** From now on another program is started. */
  become(program: Program): void;
  /** SIGTERM, and it does not come back. Undefined: it was not there. One that hangs is killed after ten seconds. */
  stop(): Promise<Exit | undefined>;
}

const pauseMs = 200;
const patienceMs = 60_000;

export async function supervise({ roles, environment, directory, program }: SupervisedStart): Promise<Supervised> {
  const failures: string[] = [];
  const lives: OmsProcess[] = [];
  let killed = 0;
  let stopped = false;
  let asked = false;
  let other: Program | undefined;
  let clockOffMs = 0;
  const start = async (): Promise<OmsProcess> => {
    const started = await spawnOms(roles, environment, directory, other ?? program?.(killed));
    clockOffMs = Date.parse(started.readyAt) - Date.now();
    lives.push(started);
    return started;
  };
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
  const ready = () => eventually(() => running, { timeoutMs: patienceMs });

  return {
    roles,
    get url() {
      return url;
    },
    get killed() {
      return killed;
    },
    get clockOffMs() {
      return clockOffMs;
    },
    failures,
    log: () => lives.map((life) => life.output()).join(''),
    async kill() {
      const current = running;
      if (!current) return false;
      // It may have ended by itself this very moment.
      await current.kill().catch(() => undefined);
      return (await current.exited).signal === 'SIGKILL';
    },
    async terminate() {
      const current = await ready();
      const startedAt = performance.now();
      asked = true;
      process.kill(current.pid, 'SIGTERM');
      const { code } = await current.exited;
      return { code, seconds: (performance.now() - startedAt) / 1_000 };
    },
    untilReady: async () => void (await ready()),
    become(next) {
      other = next;
    },
    async stop() {
      stopped = true;
      asked = true;
      let last = running;
      await last?.stop();
      await watching;
      // It may have been starting just then.
      last ??= running;
      await last?.stop();
      return last?.exited;
    },
  };
}

const lastLine = (output: string): string => output.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '';
