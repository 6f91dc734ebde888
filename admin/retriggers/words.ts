import type { Html } from '../pages/html.ts';
import { html } from '../pages/html.ts';
import { dateAndTime } from '../pages/times.ts';

/** Filters, times and numbers of plans, as people read them. */

const labels: Record<string, string> = {
  stage: 'stage',
  category: 'category',
  code: 'error code',
  fingerprint: 'cause',
  sourceSystem: 'source',
  documentName: 'document',
  failedFrom: 'failed from',
  failedTo: 'failed before',
  ids: 'named documents',
  includeRejected: 'the rejected too',
};

/** `error code OMS_BATCH_ERRORED, source ARCADE` */
export function filterInWords(filter: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(filter).filter(([, value]) => value !== undefined && value !== false);
  if (said.length === 0) return 'all that have failed';
  return said
    .map(([name, value]) => (value === true ? labels[name] : `${labels[name] ?? name} ${inText(name, value)}`))
    .join(', ');
}

const inText = (name: string, value: unknown): string =>
  name === 'failedFrom' || name === 'failedTo' ? dateAndTime(new Date(value as string)) : String(value);

export const number = (count: number): string => count.toLocaleString('en');

export const documents = (count: number): string => `${number(count)} ${count === 1 ? 'document' : 'documents'}`;

export function duration(minutes: number): string {
  if (minutes <= 0) return 'no time';
  if (minutes <= 1) return 'less than a minute';
  if (minutes < 90) return `${Math.ceil(minutes)} minutes`;
  return `${Math.ceil(minutes / 6) / 10} hours`;
}

/** `tone` is a class that the style sheet knows. */
export const mark = (word: string): Html => html`<span class="result ${word}">${word}</span>`;
