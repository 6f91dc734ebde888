import { asWritten, checked, fieldErrors } from '#src/api/checked.ts';
import type { FieldError } from '#src/api/problem.ts';
import type { Collection, Content } from '../collections/collection.ts';

/** @throws Problem naming every field that is missing, wrong or unknown */
export const contentOf = (collection: Collection, body: unknown): Content =>
  checked(collection.schema.required(), body, {
    code: 'OMS_BODY_INVALID',
    detail: 'some fields are missing, wrong or unknown',
    options: asWritten,
  });

/** The same, for a line among others: what is wrong with it is an answer. */
export function checkContent(
  collection: Collection,
  given: unknown,
): { content: Content; errors?: never } | { content?: never; errors: readonly FieldError[] } {
  const { value, error } = collection.schema.required().validate(given, asWritten);
  return error ? { errors: fieldErrors(error) } : { content: value as Content };
}
