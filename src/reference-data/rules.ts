import Joi from 'joi';
import { openEnd } from '#entities/reference-data.ts';
import * as api from '#src/api/rules.ts';

/** The kinds of values that reference rows have. */

export const code = api.code.example('IVZRECPA');

/** A day that exists, as `2026-11-21`. Days begin at midnight UTC. */
export const day = Joi.string()
  .pattern(/^\d{4}-\d\d-\d\d$/, 'date')
  .custom((text: string, { error }) => (isDay(text) ? text : error('any.invalid')))
  .messages({ 'any.invalid': '{{#label}} must be a day that exists, from 0001-01-01 to 4712-12-31' })
  .example('2026-01-01');

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return (
    text >= '0001-01-01' && text <= openEnd && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  );
}

/** A day, or a moment as RFC 3339 writes it, which is read as a moment. A day means its beginning. */
export const moment = Joi.string()
  .pattern(/^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/, 'moment')
  .custom((text: string, { error }) => (isDay(text.slice(0, 10)) ? new Date(text) : error('any.invalid')))
  .messages({
    'any.invalid': '{{#label}} must be on a day that exists, from 0001-01-01 to 4712-12-31',
    'string.pattern.name': '{{#label}} must be a date, or a date and time with its offset, like 2026-11-21T08:00:00Z',
  })
  .example('2026-11-21T08:00:00Z');

/** From when, and until when. What follows the last day is `effectiveTo` of one row and `effectiveFrom` of the next. */
const period = {
  effectiveFrom: day.required().description('the first day on which the row applies'),
  effectiveTo: day
    .default(openEnd)
    .description(`the first day on which it does not apply any more; ${openEnd} is never`),
};

/** What a client sends of a row: its own fields, and the period in which it applies. */
export const rowSchema = <Row extends { effectiveFrom: string; effectiveTo: string }>(
  component: string,
  fields: Joi.SchemaMap,
): Joi.ObjectSchema<Row> =>
  Joi.object<Row>({ ...fields, ...period } as Joi.SchemaMap<Row>)
    .custom((row: Row, { error }) => (row.effectiveFrom < row.effectiveTo ? row : error('any.invalid')))
    .messages({ 'any.invalid': 'effectiveTo must be after effectiveFrom' })
    .meta({ component });

/** What every row has besides its content. */
export const bookkeeping = {
  id: Joi.string().guid({ separator: '-' }).required().description('the row, whatever its content'),
  version: Joi.number().integer().required().description('counts the changes of the row; its ETag is this in quotes'),
  deletedAt: Joi.string()
    .isoDate()
    .allow(null)
    .required()
    .description('when it was deleted; null for a row that is there'),
};

/** What a field must be, depending on another one: by its value. */
export const byValue = (schemas: Readonly<Record<string, Joi.Schema>>): Joi.WhenSchemaOptions & Joi.WhenOptions => ({
  switch: Object.entries(schemas).map(([is, then]) => ({ is, then })),
});
