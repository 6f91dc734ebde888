import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './process.ts';

/**
 * Who works in a folder: one process, and it leaves word there about itself. A lock whose process is gone (killed, or
 * the machine went down) is replaced; its last words tell the next one what to clear up.
 */
export interface Lock<Words> {
  /** What the process before us left, when it could not take its lock away. */
  readonly left: Words | undefined;
  say(words: Words): void;
  release(): void;
}

interface Content<Words> {
  holder: ProcessIdentity;
  words?: Words;
}

export function takeLock<Words>(file: string): Lock<Words> | { heldBy: ProcessIdentity; words: Words | undefined } {
  mkdirSync(dirname(file), { recursive: true });
  const holder = identify(process.pid);
  // Written whole, then named: nobody reads half a lock.
  const write = (words: Words | undefined, name: (draft: string) => void) => {
    const draft = `${file}.${process.pid}`;
    const content: Content<Words> = { holder, ...(words !== undefined && { words }) };
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    try {
      name(draft);
    } finally {
      rmSync(draft, { force: true });
    }
  };

  let left: Words | undefined;
  while (true) {
    try {
      write(undefined, (draft) => linkSync(draft, file));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = read<Words>(file);
    if (found && isAlive(found.holder)) return { heldBy: found.holder, words: found.words };
    left = putAside<Words>(file, found) ?? left;
  }
  return {
    left,
    say: (words) => write(words, (draft) => renameSync(draft, file)),
    release: () => rmSync(file, { force: true }),
  };
}

/** Moves an abandoned lock away. If somebody was quicker, it is their lock by now, and goes back to where it was. */
function putAside<Words>(file: string, abandoned: Content<Words> | undefined): Words | undefined {
  const aside = `${file}.abandoned-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return undefined;
  }
  const moved = read<Words>(aside);
  const isTheirs = moved?.holder.pid !== abandoned?.holder.pid || moved?.holder.started !== abandoned?.holder.started;
  try {
    if (isTheirs) linkSync(aside, file);
  } catch {
    // A third one has it: the next look will tell.
  }
  rmSync(aside, { force: true });
  return isTheirs ? undefined : moved?.words;
}

function read<Words>(file: string): Content<Words> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
