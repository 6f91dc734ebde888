import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followLines, lastLines } from './log-file.ts';

export { lastLines } from './log-file.ts';

/**
 * A child process that does not outlive us. It runs in a group of its own (a Ctrl-C in the terminal is ours to pass on,
 * in the right order), writes into a log file of its own (so that it can still speak when we are gone), and, on Linux,
 * gets its stop signal from the kernel when we die.
 */
export interface ChildStart {
  /** For messages: `PostgreSQL`. */
  name: string;
  command: string;
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Standard output and error are appended here. */
  logFile: string;
  workingDirectory?: string;
  /** Only root may run a child as somebody else. */
  user?: { uid: number; gid: number } | undefined;
  /** What the child understands as "please finish". */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to finish before it is killed. */
  graceMs?: number;
  /** Every line it writes, with up to 100 ms delay. */
  onLine?: (line: string) => void;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Until {
  timeoutMs?: number;
  everyMs?: number;
  signal?: AbortSignal | undefined;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the child is gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** Asks until the answer is something. Throws ChildFailed when the child exits first, or takes too long. */
  until<T>(probe: () => Promise<T | undefined> | T | undefined, options?: Until): Promise<T>;
  /** What it wrote since this start. */
  output(): string;
  /** Gently, then hard. */
  stop(): Promise<Exit>;
}

/** A log larger than this is put aside at the next start, replacing the one put aside before. */
const LOG_LIMIT = 50 * 1024 * 1024;

/** The child ended, or never became ready; the message carries the end of its log. */
export class ChildFailed extends Error {
  override name = 'ChildFailed';
}

export async function startChild(start: ChildStart): Promise<Child> {
  const { name, logFile, stopSignal = 'SIGTERM', graceMs = 10_000 } = start;
  mkdirSync(dirname(logFile), { recursive: true });
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) renameSync(logFile, `${logFile}.old`);
  const log = openSync(logFile, 'a');
  const logStart = fstatSync(log).size;
  const [command, args] = withDeathSignal(start.command, start.args, stopSignal);
  let exit: Exit | undefined;
  let running: ChildProcess;
  try {
    running = spawn(command, args, {
      cwd: start.workingDirectory,
      env: start.environment,
      detached: true,
      stdio: ['ignore', log, log],
      ...start.user,
    });
  } finally {
    closeSync(log);
  }
  const follow = start.onLine ? followLines(logFile, logStart, start.onLine) : undefined;
  const exited = new Promise<Exit>((resolve) => {
    running.once('exit', (code, signal) => {
      exit = { code, signal };
      follow?.();
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    running.once('spawn', resolve);
    running.once('error', (error) => reject(new ChildFailed(`${name} could not be started: ${error.message}`)));
  });
  const pid = running.pid as number;
  const output = () => readFileSync(logFile).subarray(logStart).toString();
  const failed = (what: string) => new ChildFailed(`${name} ${what}.${lastLines(output(), logFile)}`);

  return {
    name,
    pid,
    logFile,
    exited,
    output,
    async until(probe, { timeoutMs = 30_000, everyMs = 25, signal } = {}) {
      const deadline = Date.now() + timeoutMs;
      while (true) {
        signal?.throwIfAborted();
        if (exit) throw failed(`ended by itself (${exit.signal ?? `exit code ${exit.code}`})`);
        const answer = await probe();
        if (answer !== undefined) return answer;
        if (Date.now() > deadline) throw failed(`was not ready after ${Math.round(timeoutMs / 1000)} s`);
        await Promise.race([sleep(everyMs), exited]);
      }
    },
    async stop() {
      if (exit) return exit;
      running.kill(stopSignal);
      const patience = new AbortController();
      const hard = sleep(graceMs, undefined, { signal: patience.signal }).then(
        () => killGroup(pid),
        () => undefined,
      );
      const end = await exited;
      patience.abort();
      await hard;
      return end;
    },
  };
}

function withDeathSignal(command: string, args: readonly string[], signal: NodeJS.Signals): [string, string[]] {
  const setpriv = findSetpriv();
  // setpriv replaces itself by the command, so the process id and the exit code are the command's own.
  return setpriv ? [setpriv, ['--pdeathsig', signal.slice(3), '--', command, ...args]] : [command, [...args]];
}

let foundSetpriv: string | undefined;

function findSetpriv(): string {
  // Busybox has a setpriv too, without the option we need.
  foundSetpriv ??=
    process.platform === 'linux'
      ? spawnSync('sh', ['-c', 'setpriv --help | grep -q pdeathsig && command -v setpriv'], {
          encoding: 'utf8',
        }).stdout.trim()
      : '';
  return foundSetpriv;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}
