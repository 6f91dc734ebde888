import Joi from 'joi';
import { type FieldError, maxErrors, Problem, shortened } from './problem.ts';
import { xmlName } from './xml-name.ts';

/** What a client sends (DOMAIN: intake). */
export interface DocumentRequestBody {
  documentType: string;
  documentName: string;
  documentLanguage: string;
  sourceSystem: string;
  sourceEnvironment: string;
  requestCorrelationId: string;
  documentMetadata: { key: string; value: string }[];
  documentContent: Record<string, unknown>;
  priority: number;
  /** ISO 8601. */
  notBefore?: string;
}

const code = Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'code');

const schema = Joi.object<DocumentRequestBody>({
  documentType: code.required(),
  documentName: code.required(),
  documentLanguage: Joi.string()
    .max(35)
    .pattern(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'BCP 47 language')
    .required(),
  sourceSystem: code.required(),
  sourceEnvironment: Joi.valid('DEV', 'TEST', 'ACC', 'PROD').required(),
  requestCorrelationId: Joi.string()
    .max(128)
    .pattern(/^\P{Cc}+$/u, 'no control characters')
    .required(),
  documentMetadata: Joi.array()
    .max(100)
    .items(Joi.object({ key: code.required(), value: Joi.string().allow('').max(4_000).required() }))
    .required(),
  documentContent: Joi.object().unknown(true).min(1).required(),
  priority: Joi.number().integer().min(0).max(9).default(0),
  notBefore: Joi.string()
    .custom((text: string, { error }) => (isMoment(text) ? text : error('any.invalid')))
    .messages({ 'any.invalid': 'notBefore must be a date and time with its offset, like 2026-11-21T08:00:00Z' }),
}).required();

/** RFC 3339, with the offset (or nobody could say which moment is meant), on a day that exists. */
function isMoment(text: string): boolean {
  const [, day] =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(text) ??
    [];
  const isDay = (date: Date) => !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${day}T`);
  if (!isDay(new Date(`${day}T00:00:00Z`))) return false;
  // PostgreSQL does not read the years that JavaScript writes with a sign, nor the year 0.
  return /^(?!0000)\d{4}-/.test(new Date(text).toISOString());
}

/** @throws Problem naming every field that is missing, wrong or unknown */
export function readDocumentRequest(body: unknown): DocumentRequestBody {
  refuseCrowds(body);
  const { value, error } = schema.validate(body, {
    abortEarly: false,
    convert: false,
    errors: { wrap: { label: false } },
  });
  const errors = [...(error?.details ?? []).slice(0, maxErrors).map(fieldError), ...elementErrors(body)];
  if (errors.length > 0)
    throw new Problem('OMS_BODY_INVALID', 'some fields are missing, wrong or unknown', {
      errors: errors.slice(0, maxErrors),
    });
  return value as DocumentRequestBody;
}

/** More than any field here may have. */
const crowd = 100;

/** Joi looks for every mistake before it answers; in a body with a hundred thousand of them it would lose its way. */
function refuseCrowds(body: unknown): void {
  const isCrowd = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && Object.keys(value).length > crowd;
  const metadata = (body as Partial<DocumentRequestBody> | null)?.documentMetadata;
  const field = isCrowd(body)
    ? ''
    : isCrowd(metadata)
      ? 'documentMetadata'
      : Array.isArray(metadata) && metadata.some(isCrowd)
        ? `documentMetadata[${metadata.findIndex(isCrowd)}]`
        : undefined;
  if (field !== undefined)
    throw new Problem('OMS_BODY_INVALID', 'some fields are missing, wrong or unknown', {
      errors: [{ field, message: `has more than ${crowd} entries` }],
    });
}

const fieldError = ({ path, message }: Joi.ValidationErrorItem): FieldError => ({
  field: shortened(
    path.reduce<string>(
      (field, part) => (typeof part === 'number' ? `${field}[${part}]` : field ? `${field}.${part}` : `${part}`),
      '',
    ),
  ),
  // It may hold the value, or the name, that is wrong.
  message: shortened(message),
});

/** The content becomes XML, so the names in it must be names there. */
function elementErrors(body: unknown): FieldError[] {
  const content = (body as Partial<DocumentRequestBody> | null)?.documentContent;
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
  visit(content, 'documentContent');
  return errors;
}
