import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, ChildFailed, type Exit } from './child.ts';
import { isAlive, type ProcessIdentity } from './process.ts';

/**
 * A process that an earlier launcher started and could not stop, because it was killed itself. Linux ends our children
 * with us (see child.ts); elsewhere they stay, and the next start takes them over.
 */
export function adopt(
  identity: ProcessIdentity,
  { name, logFile, stopSignal = 'SIGTERM', hardSignal = 'SIGKILL', graceMs = 10_000 }: Orphan,
): Child {
  const gone: Exit = { code: null, signal: null };
  const exited = (async () => {
    while (isAlive(identity)) await sleep(500, undefined, { ref: false });
    return gone;
  })();
  return {
    name,
    pid: identity.pid,
    logFile,
    exited,
    output: () => '',
    async until(probe, { timeoutMs = 30_000, everyMs = 50, signal } = {}) {
      for (const deadline = Date.now() + timeoutMs; ; await sleep(everyMs)) {
        signal?.throwIfAborted();
        if (!isAlive(identity)) throw new ChildFailed(`${name} (process ${identity.pid}) ended by itself.`);
        const answer = await probe();
        if (answer !== undefined) return answer;
        if (Date.now() > deadline) throw new ChildFailed(`${name} (process ${identity.pid}) does not answer.`);
      }
    },
    async stop() {
      await end(identity, stopSignal, hardSignal, graceMs);
      return gone;
    },
  };
}

export interface Orphan {
  name: string;
  logFile: string;
  stopSignal?: NodeJS.Signals;
  hardSignal?: NodeJS.Signals;
  graceMs?: number;
}

async function end(identity: ProcessIdentity, gently: NodeJS.Signals, hard: NodeJS.Signals, graceMs: number) {
  for (const signal of [gently, hard]) {
    if (!isAlive(identity)) return;
    process.kill(identity.pid, signal);
    for (const deadline = Date.now() + graceMs; isAlive(identity) && Date.now() < deadline; ) await sleep(50);
  }
}
