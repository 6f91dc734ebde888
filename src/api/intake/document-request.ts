import Joi from 'joi';
import { maxUrlLength } from '#src/callbacks/allowance.ts';
import { asWritten, fieldErrors } from '../checked.ts';
import { maxErrors, Problem } from '../problem.ts';
import { code, moment, printable } from '../rules.ts';
import { elementErrors } from './element-names.ts';

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
  /** Where the final status is posted to. */
  callbackUrl?: string;
}

const metadataEntry = Joi.object({
  key: code
    .description('a reference code of METADATA_KEY; some are required, depending on the document type')
    .example('CUSTOMER_ID')
    .required(),
  value: Joi.string().allow('').max(4_000).description('what it says of this document').example('C-204711').required(),
}).meta({ component: 'MetadataEntry' });

export const documentRequestSchema = Joi.object<DocumentRequestBody>({
  documentType: code.description('a reference code of DOCUMENT_TYPE').example('INVOICE').required(),
  documentName: code
    .description('a reference code of DOCUMENT_NAME; belongs to the document type')
    .example('IVZRECPA')
    .required(),
  documentLanguage: Joi.string()
    .max(35)
    .pattern(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'BCP 47 language')
    .description('the language of the document (BCP 47)')
    .example('nl-BE')
    .required(),
  sourceSystem: code
    .description('a reference code of SOURCE_SYSTEM; one that the client speaks for')
    .example('ARCADE')
    .required(),
  sourceEnvironment: Joi.valid('DEV', 'TEST', 'ACC', 'PROD')
    .description('the environment of the source system')
    .example('TEST')
    .required(),
  requestCorrelationId: printable
    .max(128)
    .description(
      "the source system's own id of this request; the same request under it is taken in once, another one is refused",
    )
    .example('ARCADE-2026-000017')
    .required(),
  documentMetadata: Joi.array()
    .max(100)
    .items(metadataEntry)
    .description('what is known of the document beside its content')
    .required(),
  documentContent: Joi.object()
    .unknown(true)
    .min(1)
    .description(
      'becomes the XML the document is made of: `@name` is an attribute, `#text` the text beside attributes, an array repeats its element; other names must be XML names. Nested 64 deep at the most.',
    )
    .example({ Invoice: { ID: 'F-17', PayableAmount: { '@currencyID': 'EUR', '#text': '206.00' } } })
    .required(),
  priority: Joi.number()
    .integer()
    .min(0)
    .max(9)
    .default(0)
    .description(
      'handed to Thunderhead as it is; 9 is the most urgent. From 5 on the request also passes those below 5 that wait here',
    )
    .example(0),
  notBefore: moment.description('work on it starts then (RFC 3339, with its offset)'),
  callbackUrl: Joi.string()
    .max(maxUrlLength)
    .description(
      'an https: address on one of the hosts that are allowed for the client; the final status is posted there, signed (see `/callbacks/secret`)',
    ),
})
  .required()
  .meta({ component: 'DocumentRequest' })
  .description('a document that is asked for');

/** @throws Problem naming every field that is missing, wrong or unknown */
export function readDocumentRequest(body: unknown): DocumentRequestBody {
  refuseCrowds(body);
  const { value, error } = documentRequestSchema.validate(body, asWritten);
  const errors = [
    ...(error ? fieldErrors(error) : []),
    ...elementErrors((body as Partial<DocumentRequestBody> | null)?.documentContent),
  ];
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
