import Joi from 'joi';
import { url } from './rules.ts';

/** Where reference data is read from. */
export interface ReferenceDataConfig {
  /** Where the role `reference-data` listens; undefined: its tables are read directly. */
  url: string | undefined;
  /** How long rows that may be stale answer while the database is away. */
  graceMs: number;
}

export const settings = {
  REFERENCE_DATA_URL: url('http', 'https').empty(''),
  REFERENCE_DATA_GRACE_MS: Joi.number().integer().min(0).default(600_000),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): ReferenceDataConfig =>
  Object.freeze({
    url: value.REFERENCE_DATA_URL?.replace(/\/$/, ''),
    graceMs: value.REFERENCE_DATA_GRACE_MS,
  });
