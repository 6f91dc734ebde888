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

/**
 * Nobody means to log a token; a client may have put one into an address all the same. What strangers send may be long, so
 * the pattern goes over it once.
 */
const withoutTokens = (line: string): string =>
  line.includes('eyJ') ? line.replaceAll(/[\w.-]+/g, withoutToken) : line;

/** A JSON Web Token begins with `{"` in base64, and has dots. */
function withoutToken(word: string): string {
  const start = word.indexOf('eyJ');
  return start >= 0 && word.includes('.', start) ? `${word.slice(0, start)}(a token)` : word;
}

/** Where PostgreSQL quotes the row that it complains of: a customer's document, in ours. */
const quotedRows = ['err.detail', 'err.where'];

/** How every log of ours is written, wherever it goes. */
export const logOptions = {
  formatters: { level: (label: string) => ({ level: label }) },
  hooks: { streamWrite: withoutTokens },
  redact: { paths: quotedRows, remove: true },
};
