import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard output. Every line about a document carries its `requestId`. */
export const openLog = (level: string): Logger =>
  pino({
    ...logOptions,
    level,
    base: { service: 'oms' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });

/** Nobody means to log a token; a client may have put one into an address all the same. */
const withoutTokens = (line: string): string => line.replaceAll(/\beyJ[\w-]*\.[\w-]+(\.[\w-]*)*/g, '(a token)');

/** How every log of ours is written, wherever it goes. */
export const logOptions = {
  formatters: { level: (label: string) => ({ level: label }) },
  hooks: { streamWrite: withoutTokens },
} as const;
