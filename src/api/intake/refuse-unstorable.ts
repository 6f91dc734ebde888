import { type FieldError, maxErrors, Problem, shortened } from '../problem.ts';
import { RoundedNumber } from './json.ts';

const maxDepth = 64;

/**
 * Text that PostgreSQL or XML 1.0 cannot hold (NUL, other control characters, half a surrogate pair), numbers too large
 * for JavaScript, keys that name a prototype, and nesting without end.
 *
 * @throws Problem naming the fields
 */
export function refuseUnstorable(body: unknown): void {
  const errors: FieldError[] = [];
  let tooDeep: string | undefined;
  const say = (field: string, message: string) => {
    if (errors.length < maxErrors) errors.push({ field: shortened(field), message });
  };
  const visit = (value: unknown, field: string, depth: number): void => {
    if (value instanceof RoundedNumber) say(field, 'is a number that would lose digits; send it as a string');
    else if (typeof value === 'string') {
      const flaw = flawOf(value);
      if (flaw) say(field, flaw);
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) say(field, 'is a number beyond what can be represented; send it as a string');
      else if (Number.isInteger(value) && !Number.isSafeInteger(value))
        say(field, 'is a whole number that would lose digits; send it as a string');
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= maxDepth) {
        tooDeep ??= field;
        return;
      }
      if (Array.isArray(value)) value.forEach((entry, index) => void visit(entry, `${field}[${index}]`, depth + 1));
      else
        for (const key of Object.keys(value)) {
          const path = field ? `${field}.${key}` : key;
          const flaw = flawOf(key);
          if (flaw || key === '__proto__')
            say(
              field ? `${field}.${printable(key)}` : printable(key),
              flaw ? `has a name that ${flaw}` : 'is not allowed as a name',
            );
          else visit((value as Record<string, unknown>)[key], path, depth + 1);
        }
    }
  };
  visit(body, '', 0);
  if (tooDeep !== undefined)
    throw new Problem('OMS_BODY_TOO_DEEP', `objects and arrays may be nested ${maxDepth} deep`, {
      errors: [{ field: shortened(tooDeep), message: `is nested deeper than ${maxDepth}` }],
    });
  if (errors.length > 0) throw new Problem('OMS_BODY_TEXT_INVALID', unstorable, { errors });
}

const unstorable = 'some values cannot be stored as they are';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for (XML 1.0, production Char)
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function flawOf(text: string): string | undefined {
  if (!text.isWellFormed()) return 'contains half of a surrogate pair';
  const found = forbidden.exec(text)?.[0];
  return found && `contains the control character U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const printable = (key: string): string => JSON.stringify(key.toWellFormed()).slice(1, -1);
