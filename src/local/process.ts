import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Who a process id is. A bare id is not enough to trust a lock or to send a signal: ids are used again, so an identity
 * also says when the process was started.
 */
export interface ProcessIdentity {
  pid: number;
  /** Whatever this system can say about the start that no later process can repeat; empty when it cannot say. */
  started: string;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  if (now === 'zombie') return false;
  return started === '' || now === '' || now === started;
}

/** The command line of a process; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return process.platform === 'linux' ? '' : ps(pid, 'command=');
  }
}

function startOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command (second field) may hold blanks and brackets, so count from its last bracket: state is then the
    // first field and the start time, in ticks since boot, the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return 'zombie';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return '';
  }
}

function ps(pid: number, column: string): string {
  return spawnSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8' }).stdout?.trim() ?? '';
}
