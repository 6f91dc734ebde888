import type Joi from 'joi';
import { type FieldError, maxErrors, Problem, type ProblemCode, shortened } from './problem.ts';

/** All mistakes at once, and the names of fields without quotes around them. */
export const everyMistake: Joi.ValidationOptions = { abortEarly: false, errors: { wrap: { label: false } } };

/** The same, with values taken as they are written: in a body `"1"` is no number. */
export const asWritten: Joi.ValidationOptions = { ...everyMistake, convert: false };

/**
 * What came from outside, as its schema has it.
 * @throws Problem with this code, naming every field that is missing, wrong or unknown
 */
export function checked<Value>(
  schema: Joi.Schema<Value>,
  given: unknown,
  { code, detail, options = everyMistake }: { code: ProblemCode; detail: string; options?: Joi.ValidationOptions },
): Value {
  const { value, error } = schema.validate(given, options);
  if (error) throw new Problem(code, detail, { errors: fieldErrors(error) });
  return value;
}

/** What Joi has found, as clients are told it: the first of many, and not all of a name or a value that they sent. */
export const fieldErrors = ({ details }: Joi.ValidationError): FieldError[] =>
  details
    .slice(0, maxErrors)
    .map(({ path, message }) => ({ field: shortened(fieldAt(path)), message: shortened(message) }));

/** `documentMetadata[0].key` */
const fieldAt = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (field, part) => (typeof part === 'number' ? `${field}[${part}]` : field ? `${field}.${part}` : part),
    '',
  );
