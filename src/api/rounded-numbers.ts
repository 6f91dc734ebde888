import { type FieldError, maxErrors, shortened } from './problem.ts';

/** Sixteen digits or more, or a very small number. It may be part of a text; that is looked at only when it is found. */
const suspicious = /\d[\d.]{15}|\d[eE]-\d{3}/;

/**
 * Fractions that would lose digits in JavaScript: 0.12345678901234567890 would arrive on the customer's invoice as
 * 0.12345678901234568. (Whole numbers are looked at later, where their place in the body is known.)
 */
export function roundedNumbers(bytes: Buffer): FieldError[] {
  if (!suspicious.test(bytes.toString('latin1'))) return [];
  const errors: FieldError[] = [];
  const look = (name: string, value: unknown, { source }: { source?: string }) => {
    if (typeof value === 'number' && source && isRounded(source, value) && errors.length < maxErrors)
      errors.push({ field: shortened(name), message: 'is a number that would lose digits; send it as a string' });
    return value;
  };
  try {
    JSON.parse(bytes.toString(), look as Parameters<typeof JSON.parse>[1]);
  } catch {
    // Not JSON, or nested without end: others say so.
  }
  return errors;
}

const isRounded = (source: string, value: number): boolean =>
  Number.isFinite(value) &&
  (Number.isSafeInteger(value) || !Number.isInteger(value)) &&
  digitsOf(source) !== digitsOf(String(value));

/** The significant digits. */
const digitsOf = (number: string): string =>
  number
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
