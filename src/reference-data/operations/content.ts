import type Joi from 'joi';
import { type FieldError, maxErrors, Problem, shortened } from '#src/api/problem.ts';
import type { Collection, Content } from '../collections/collection.ts';

/** Values are taken as they are written: `"1"` is no number. */
const options: Joi.ValidationOptions = { abortEarly: false, convert: false, errors: { wrap: { label: false } } };

/** @throws Problem naming every field that is missing, wrong or unknown */
export function contentOf(collection: Collection, body: unknown): Content {
  const { content, errors } = checkContent(collection, body);
  if (errors)
    throw new Problem('OMS_BODY_INVALID', 'some fields are missing, wrong or unknown', {
      errors: errors.slice(0, maxErrors),
    });
  return content;
}

export function checkContent(
  collection: Collection,
  given: unknown,
): { content: Content; errors?: never } | { content?: never; errors: readonly FieldError[] } {
  const { value, error } = collection.schema.required().validate(given, options);
  if (!error) return { content: value as Content };
  return {
    errors: error.details.map(({ path, message }) => ({
      field: shortened(path.join('.')),
      message: shortened(message),
    })),
  };
}
