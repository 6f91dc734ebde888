import { type FieldError, maxErrors, shortened } from '../problem.ts';
import { xmlName } from './xml-name.ts';

/** What is wrong with the names in a document's content: it becomes XML, so they must be names there. */
export function elementErrors(documentContent: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const say = (field: string, message: string) => {
    if (errors.length < maxErrors) errors.push({ field: shortened(field), message });
  };
  const visit = (value: unknown, field: string): void => {
    if (typeof value !== 'object' || value === null || errors.length >= maxErrors) return;
    if (Array.isArray(value)) {
      value.forEach((entry, index) => {
        if (Array.isArray(entry)) say(`${field}[${index}]`, 'is an array within an array, which has no form in XML');
        else visit(entry, `${field}[${index}]`);
      });
      return;
    }
    for (const [key, entry] of Object.entries(value)) {
      if (key !== '#text' && !xmlName.test(key.replace(/^@/, '')))
        say(`${field}.${key}`, 'is not the name of an XML element or @attribute');
      else if (/^[@#]/.test(key) && typeof entry === 'object')
        say(`${field}.${key}`, 'must be text, a number or a boolean');
      else visit(entry, `${field}.${key}`);
    }
  };
  visit(documentContent, 'documentContent');
  return errors;
}
