import Joi from 'joi';
import { callbackHost } from '#src/callbacks/callback-host.ts';
import { byValue, code, rowSchema } from '../rules.ts';
import type { Collection, Content } from './collection.ts';

export interface ReferenceRowContent extends Content {
  type: string;
  code: string;
  description: string;
  attributes: Record<string, unknown>;
}

/** Said aloud, because it goes on top of a schema that lets everything in. */
const only = (fields: Joi.SchemaMap): Joi.ObjectSchema => Joi.object(fields).unknown(false);

/** What the OMS reads from the attributes of these types, and nothing else. Other types have what their readers need. */
const attributesOf: Readonly<Record<string, Joi.ObjectSchema>> = {
  DOCUMENT_TYPE: only({
    specPrefix: code.required().description('document configurations of this prefix apply to the type').example('IV'),
    requiredMetadata: Joi.array()
      .items(code)
      .max(100)
      .unique()
      .default([])
      .description('metadata keys without which a request is rejected')
      .example(['CUSTOMER_ID']),
    deadlineSeconds: Joi.number()
      .integer()
      .min(1)
      .max(604_800)
      .description(
        'how long its documents may take at Thunderhead before the request fails with TIMEOUT; when not said as long as the configuration says',
      )
      .example(86_400),
  }),
  DOCUMENT_NAME: only({
    documentType: code.required().description('the type that documents of this name have').example('INVOICE'),
  }),
  SOURCE_SYSTEM: only({
    // Not a Joi default: rows from before it would look changed when they are imported again.
    weight: Joi.number()
      .integer()
      .min(1)
      .max(100)
      .description('its share of the calls to Thunderhead when not all can go at once; 1 when not said')
      .example(2),
  }),
  CLIENT: only({
    sourceSystems: Joi.array()
      .items(code)
      .max(100)
      .unique()
      .required()
      .description('the source systems it speaks for')
      .example(['ARCADE']),
    callbackHosts: Joi.array()
      .items(callbackHost)
      .max(100)
      .unique()
      .default([])
      .description(
        'hosts at which it may be called back: `*.example.com` is all below it; each at the usual port of its scheme, or the one named',
      )
      .example(['billing.example.com', 'hooks.example.com:8443']),
  }),
};

const type = Joi.string()
  .pattern(/^[A-Z][A-Z0-9_]{0,63}$/, 'type')
  .description(
    'what the code is: DOCUMENT_TYPE, DOCUMENT_NAME, SOURCE_SYSTEM, METADATA_KEY, CLIENT, or a type of your own',
  )
  .example('DOCUMENT_NAME');

export const referenceRows: Collection<ReferenceRowContent> = {
  name: 'rows',
  noun: 'reference row',
  component: 'ReferenceRow',
  table: 'reference_data',
  columns: { type: 'type', code: 'code', description: 'description', attributes: 'attributes' },
  key: ['type', 'code'],
  schema: rowSchema<ReferenceRowContent>('ReferenceRow', {
    type: type.required(),
    code: code.required().description('for a CLIENT its name at OIDM'),
    description: Joi.string().allow('').max(1_000).required().description('for people').example('Invoice, private'),
    attributes: Joi.object()
      .unknown()
      .required()
      .when('type', byValue(attributesOf))
      .description('what the type demands (DOCUMENT_TYPE, DOCUMENT_NAME, SOURCE_SYSTEM, CLIENT); free for the others'),
  }),
  example: {
    type: 'DOCUMENT_NAME',
    code: 'IVREMIND',
    description: 'Payment reminder',
    attributes: { documentType: 'INVOICE' },
    effectiveFrom: '2026-01-01',
    effectiveTo: '4712-12-31',
  },
  filters: { type, code },
};
