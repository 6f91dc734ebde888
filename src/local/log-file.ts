import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Reading what a child writes into its log file: the end of it for a message, or every line as it comes. */
/** The last lines of a text, as a message quotes them. */
export function lastLines(text: string, logFile: string, count = 15): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => line.slice(0, 300));
  return lines.join('').trim() === ''
    ? ` Its log (${logFile}) is empty.`
    : ` The end of ${logFile}:\n  ${lines.join('\n  ')}`;
}

/** The end of a log, however long it is. */
export function endOf(logFile: string): string {
  const handle = openSync(logFile, 'r');
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, 16 * 1024));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString();
  } finally {
    closeSync(handle);
  }
}

/** Calls back for every whole line appended from `offset` on; the answer ends it after a last look. */
export function followLines(file: string, offset: number, onLine: (line: string) => void): () => void {
  const handle = openSync(file, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  let rest: Buffer = Buffer.alloc(0);
  let at = offset;
  const look = () => {
    for (let read = readSync(handle, buffer, 0, buffer.length, at); read > 0; ) {
      at += read;
      rest = Buffer.concat([rest, buffer.subarray(0, read)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const line = rest.subarray(0, end).toString();
        rest = rest.subarray(end + 1);
        onLine(line);
      }
      read = readSync(handle, buffer, 0, buffer.length, at);
    }
  };
  const timer = setInterval(look, 100).unref();
  return () => {
    clearInterval(timer);
    look();
    closeSync(handle);
  };
}
