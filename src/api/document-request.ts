import Joi from 'joi';
import { type FieldError, Problem } from './problem.ts';

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
  sourceEnvironment: Joi.string().valid('DEV', 'TEST', 'ACC', 'PROD').required(),
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
  notBefore: Joi.string().isoDate(),
}).required();

/** @throws Problem naming every field that is missing, wrong or unknown */
export function readDocumentRequest(body: unknown): DocumentRequestBody {
  const { value, error } = schema.validate(body, {
    abortEarly: false,
    convert: false,
    errors: { wrap: { label: false } },
  });
  const errors = [...(error?.details ?? []).map(fieldError), ...elementErrors(body)];
  if (errors.length > 0) throw new Problem('OMS_BODY_INVALID', 'some fields are missing, wrong or unknown', { errors });
  return value as DocumentRequestBody;
}

const fieldError = ({ path, message }: Joi.ValidationErrorItem): FieldError => ({
  field: path.reduce<string>(
    (field, part) => (typeof part === 'number' ? `${field}[${part}]` : field ? `${field}.${part}` : `${part}`),
    '',
  ),
  message,
});

/** XML 1.0, production Name, without the colon that namespaces reserve in between. */
const xmlName = /^@?(\p{L}|_)[\p{L}\p{N}_.-]*(:(\p{L}|_)[\p{L}\p{N}_.-]*)?$/u;

/** The content becomes XML, so the names in it must be names there. */
function elementErrors(body: unknown): FieldError[] {
  const content = (body as Partial<DocumentRequestBody> | null)?.documentContent;
  const errors: FieldError[] = [];
  const visit = (value: unknown, field: string): void => {
    if (typeof value !== 'object' || value === null || errors.length >= 20) return;
    if (Array.isArray(value)) {
      value.forEach((entry, index) => void visit(entry, `${field}[${index}]`));
      return;
    }
    for (const [key, entry] of Object.entries(value)) {
      if (key !== '#text' && !xmlName.test(key))
        errors.push({ field: `${field}.${key}`, message: 'is not the name of an XML element or @attribute' });
      else if (/^[@#]/.test(key) && typeof entry === 'object')
        errors.push({ field: `${field}.${key}`, message: 'must be text, a number or a boolean' });
      else visit(entry, `${field}.${key}`);
    }
  };
  visit(content, 'documentContent');
  return errors;
}
