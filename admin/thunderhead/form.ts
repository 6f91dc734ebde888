import type { CallSettings, SettingProblem } from './controls.ts';

/** The settings as people fill them in. */

export interface SettingField {
  name: keyof CallSettings;
  label: string;
  unit?: string;
  hint: string;
}

export const settingFields: readonly SettingField[] = [
  { name: 'callsPerMinute', label: 'Calls a minute', hint: 'All processes together: what the licence allows.' },
  { name: 'callsInFlight', label: 'Calls in flight', hint: 'At the same time, all processes together.' },
  { name: 'batchSize', label: 'Documents in one call', hint: 'At the most. With 1 each travels alone.' },
  {
    name: 'batchLingerMs',
    label: 'Linger',
    unit: 'ms',
    hint: 'So long a document waits for company. With 0 it goes as soon as it may.',
  },
];

/** What was typed, word for word. */
export type TypedSettings = Record<keyof CallSettings, string>;

/** A field that is missing is an empty one; whatever else was sent is not looked at. */
export function readTyped(body: unknown): TypedSettings {
  const given = (body ?? {}) as Record<string, unknown>;
  const typed = ({ name }: SettingField) => [name, String(given[name] ?? '').trim()];
  return Object.fromEntries(settingFields.map(typed)) as TypedSettings;
}

export const typedOf = (settings: CallSettings): TypedSettings => readTyped(settings);

/** `Calls a minute must be a number` */
export const inWords = ({ field, what }: SettingProblem): string =>
  `${settingFields.find(({ name }) => name === field)?.label ?? field} ${what}`;
