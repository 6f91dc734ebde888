/**
 * What must outlive the process, one JSON line each, appended in one stream. On start the lines are replayed and the
 * file is written anew with what is still worth keeping. A line torn by kill -9 was never answered for: it is skipped.
 */
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Journal {
  /** Resolves when the operating system has the line, and with it every line before. */
  append(entry: unknown): Promise<void>;
  /** Forgets everything that was written. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Stands in where nothing is to be kept. */
export const noJournal: Journal = {
  append: () => Promise.resolve(),
  clear: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

export async function openJournal(
  path: string,
  replay: (entry: unknown) => void,
  worthKeeping: () => Iterable<unknown>,
): Promise<Journal> {
  const folder = path.endsWith('/') || (existsSync(path) && statSync(path).isDirectory());
  const file = folder ? join(path, 'thunderhead.ndjson') : path;
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const entry = parse(line);
      if (entry !== undefined) replay(entry);
    }
  }
  let stream = await rewrite(file, worthKeeping());
  return {
    append: (entry) => new Promise((done) => stream.write(`${JSON.stringify(entry)}\n`, () => done())),
    async clear() {
      await end(stream);
      stream = await rewrite(file, []);
    },
    close: () => end(stream),
  };
}

/** Beside the old file, then in its place: a crash half-way leaves the old one. */
async function rewrite(file: string, entries: Iterable<unknown>): Promise<WriteStream> {
  const stream = createWriteStream(`${file}.new`);
  await once(stream, 'open');
  for (const entry of entries) {
    if (!stream.write(`${JSON.stringify(entry)}\n`)) await once(stream, 'drain');
  }
  await new Promise<void>((done) => stream.write('', () => done()));
  renameSync(`${file}.new`, file);
  return stream;
}

const end = async (stream: WriteStream) => {
  await new Promise<void>((done) => stream.end(done));
};

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
