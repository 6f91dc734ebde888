import { Problem } from '../problem.ts';

/** Stands where a number stood that JavaScript would round; `refuseUnstorable` names its place. */
export class RoundedNumber {}

/** Refuses bytes that are not UTF-8, and passes over a byte order mark (RFC 8259, section 8.1). */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Sixteen digits or more, or a very small number. It may be part of a text; that is looked at only when it is found. */
const suspicious = /\d[\d.]{15}|\d[eE]-\d{3}/;

/**
 * In memory a value takes far more than its bytes: ten megabytes of `{}` would be a quarter of a gigabyte and seconds of
 * work. Ten megabytes of real documents have some 500,000.
 */
const mostValues = 750_000;

/**
 * JSON as a client sent it. What it holds has yet to be looked at: by `refuseUnstorable`, then by a schema.
 * @throws Problem OMS_BODY_NOT_JSON, OMS_BODY_TOO_LARGE
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > mostValues && valuesIn(bytes) > mostValues)
    throw new Problem('OMS_BODY_TOO_LARGE', `a body may hold ${mostValues} values`);
  const text = decode(bytes);
  try {
    if (suspicious.test(text)) return JSON.parse(text, markRounded as Parameters<typeof JSON.parse>[1]);
  } catch {
    // No JSON, or nested deeper than a reviver can follow: the plain parser tells them apart.
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('OMS_BODY_NOT_JSON', (error as Error).message);
  }
}

/** Counted before any is made: outside of texts each `{`, `[` and `,` has one behind it, or stands for an empty one. */
function valuesIn(bytes: Uint8Array): number {
  let values = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) inText = !inText;
    else if (byte === 0x5c) at++;
    else if (!inText && (byte === 0x7b || byte === 0x5b || byte === 0x2c)) values++;
  }
  return values;
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Problem('OMS_BODY_NOT_JSON', 'the body is not valid UTF-8');
  }
}

/**
 * Fractions that would lose digits: 0.12345678901234567890 would arrive on the customer's invoice as
 * 0.12345678901234568. (Whole numbers beyond 2^53 are seen without their source.)
 */
const markRounded = (_name: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && source && isRounded(source, value) ? new RoundedNumber() : value;

const isRounded = (source: string, value: number): boolean =>
  Number.isFinite(value) &&
  (Number.isSafeInteger(value) || !Number.isInteger(value)) &&
  digitsOf(source) !== digitsOf(String(value));

/** The significant digits. A number may be as long as its body, so each pattern goes over it once. */
const digitsOf = (number: string): string => {
  const digits = number.replace(/[eE].*$/, '').replace(/[-.]/g, '');
  return /^0*(.*[1-9])?/.exec(digits)?.[1] ?? '';
};
