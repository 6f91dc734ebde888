import { createHash } from 'node:crypto';
import type { Failure } from './outcome.ts';

/** Causes are told apart by how a description begins; what somebody has sent us may be long. */
const looksAt = 2_000;

/**
 * What differs from item to item under one cause, most telling first: a time would otherwise be found as numbers, and an
 * id within quotes as a quoted text. All of them go over the text once.
 */
const variable: readonly [RegExp, string][] = [
  [/"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu, '<text>'],
  [/\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b/gi, '<id>'],
  [
    /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b/g,
    '<time>',
  ],
  [/\[[0-9a-f:.]+\]:\d{1,5}\b|(?<![\w.-])(?:[\w-]{1,63}\.){0,9}[\w-]{1,63}:\d{1,5}\b/gi, '<host>'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g, '<host>'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<n>'],
  [/[-+]?\d+(?:[.,]\d+)*/g, '<n>'],
];

/** The description without what differs from one item to the next. */
export const normalised = (description: string): string =>
  variable
    .reduce((text, [pattern, name]) => text.replaceAll(pattern, name), description.slice(0, looksAt))
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The same for all failures of one cause: five thousand of them are one line for whoever looks. 16 hex digits. */
export const fingerprint = ({ code, description }: Pick<Failure, 'code' | 'description'>): string =>
  createHash('sha256')
    .update(`${code}\n${normalised(description)}`)
    .digest('hex')
    .slice(0, 16);
