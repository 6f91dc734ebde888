import { join } from 'node:path';
import { projectFolder } from './folders.ts';

const names = {
  oms: 'The OMS',
  thunderhead: 'The Thunderhead sandbox',
  oidm: 'The OIDM sandbox',
  migration: 'The migration',
};

/** As in the Dockerfile: a smaller nursery, or a busy worker's garbage would take a hundred megabytes more. */
export const nodeFlags = ['--max-semi-space-size=10'];

/** One of our own programs, run by this Node, with a log file named after it. */
export function ourProcess(what: keyof typeof names, args: string[], directory: string) {
  return {
    name: names[what],
    ...{ command: process.execPath, args: [...nodeFlags, ...args] },
    workingDirectory: projectFolder,
    logFile: join(directory, 'logs', `${what}.log`),
  };
}
