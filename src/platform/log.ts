import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard output. Every line about a document carries its `requestId`. */
export const openLog = (level: string): Logger =>
  pino({
    level,
    base: { service: 'oms' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
