import Joi from 'joi';

/** The kinds of values that clients send, in bodies and in addresses. */

/** A code of the reference data, or of ours: `IVZRECPA`, `OMS_BATCH_ERRORED`. */
export const code = Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'code');

/** Of any version, and without braces around it (RFC 9562, section 4). */
export const uuid = Joi.string()
  .guid({ separator: '-', wrapper: false })
  .messages({ 'string.guid': '{{#label}} must be a UUID' });

/** Text on one line. */
export const printable = Joi.string().pattern(/^[ -~\u00A0-\uFFFF]+$/, 'no control characters');

const rfc3339 =
  /^(?!0000)(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339 with the offset, or nobody could say which moment is meant; on a day that exists, in a year that has four digits. */
export const moment = Joi.string()
  .custom((text: string, { error }) => (isMoment(text) ? text : error('any.invalid')))
  .messages({ 'any.invalid': '{#label} must be a date and time with its offset, like 2026-11-21T08:00:00Z' })
  .meta({ jsonSchema: { format: 'date-time' } })
  .example('2026-11-21T08:00:00Z');

function isMoment(text: string): boolean {
  const day = rfc3339.exec(text)?.[1];
  const midnight = new Date(`${day}T00:00:00Z`);
  if (!day || Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return false;
  // PostgreSQL does not read the years that JavaScript writes with a sign, nor the year 0.
  return /^(?!0000)\d{4}-/.test(new Date(text).toISOString());
}
