import { expect } from '@jest/globals';
import type Joi from 'joi';

/** An answer is exactly what its schema says: no field more, none less, and nothing needs to be converted. */
export function expectShape(answer: unknown, schema: Joi.Schema): void {
  const { error } = schema.validate(answer, { abortEarly: false, convert: false, allowUnknown: false });
  expect(error?.details.map(({ message }) => message) ?? []).toEqual([]);
}
