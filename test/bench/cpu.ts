import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second (`getconf CLK_TCK`). */
const tickMs = 10;

interface Stat {
  pid: number;
  parent: number;
  ownMs: number;
  /** Of children that have ended. */
  reapedMs: number;
}

/** CPU time so far of a process and everything below it, in milliseconds. */
export function cpuMs(pid: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const sum = (stat: Stat): number =>
    stat.ownMs + stat.reapedMs + (byParent.get(stat.pid) ?? []).reduce((total, child) => total + sum(child), 0);
  const root = all.find((stat) => stat.pid === pid);
  return root ? sum(root) : 0;
}

function statOf(pid: number): Stat | undefined {
  try {
    // The name in parentheses may hold anything; what follows its last one is numbers.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [parent, user, system, reapedUser, reapedSystem] = [1, 11, 12, 13, 14].map((index) => fields[index] ?? 0) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { pid, parent, ownMs: (user + system) * tickMs, reapedMs: (reapedUser + reapedSystem) * tickMs };
  } catch {
    return undefined;
  }
}

/** Resident memory, in MB. */
export const rssMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
