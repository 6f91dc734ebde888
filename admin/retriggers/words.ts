import type { Html } from '../pages/html.ts';
import { html } from '../pages/html.ts';
import { dateAndTime } from '../pages/times.ts';
import { fieldNames, filterFields } from './filter.ts';

/** Filters, times and numbers of plans, as people read them. */

/** `error code OMS_BATCH_ERRORED, source ARCADE` */
export function filterInWords(filter: Readonly<Record<string, unknown>>): string {
  const said = fieldNames.flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    const { kind, words } = filterFields[name];
    switch (kind) {
      case 'tick':
        return value ? [words] : [];
      case 'either':
        return [`${words} ${value ? 'yes' : 'no'}`];
      case 'moment':
        return [`${words} ${dateAndTime(new Date(value as string))}`];
      default:
        return [`${words} ${value}`];
    }
  });
  return said.length === 0 ? 'all that have failed' : said.join(', ');
}

export const number = (count: number): string => count.toLocaleString('en');

export const documents = (count: number): string => `${number(count)} ${count === 1 ? 'document' : 'documents'}`;

export function duration(minutes: number): string {
  if (minutes <= 0) return 'no time';
  if (minutes <= 1) return 'a minute';
  if (minutes < 90) return `${Math.ceil(minutes)} minutes`;
  return `${Math.ceil(minutes / 6) / 10} hours`;
}

/** The word is also its class: the style sheet knows a tone for it. */
export const mark = (word: string): Html => html`<span class="result ${word}">${word}</span>`;
