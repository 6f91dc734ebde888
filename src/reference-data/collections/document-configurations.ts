import Joi from 'joi';
import { printable } from '#src/api/rules.ts';
import { byValue, code, rowSchema } from '../rules.ts';
import type { Collection, Content } from './collection.ts';

export interface DocumentConfigurationContent extends Content {
  footerId: number;
  /** A document name, a type's prefix, or `*`. */
  spec: string;
  code: ConfigurationCode;
  value: string;
}

const configurationCodes = ['SIGNEE_1', 'SIGNEE_2', 'BATCH_CONFIG_ID', 'TOPIC_NAME'] as const;
export type ConfigurationCode = (typeof configurationCodes)[number];

/** A safe whole number: Thunderhead takes it as one. */
const wholeNumber = Joi.string()
  .pattern(/^(0|[1-9]\d{0,14})$/, 'whole number')
  .messages({ 'string.pattern.name': '{{#label}} must be a whole number' });

/** What Kafka takes as the name of a topic. */
const topicName = Joi.string()
  .pattern(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/, 'Kafka topic')
  .messages({ 'string.pattern.name': '{{#label}} must be the name of a Kafka topic' });

export const footerId = Joi.number().integer().min(0).max(4).description('0 applies where no row names the footer');
export const configurationCode = Joi.valid(...configurationCodes).description('what is configured');

/** How a document is made: signees, Thunderhead's batch configuration, the Kafka topic of its family. */
export const documentConfigurations: Collection<DocumentConfigurationContent> = {
  name: 'document-configurations',
  noun: 'document configuration',
  component: 'DocumentConfiguration',
  table: 'document_configuration',
  columns: { code: 'code', spec: 'spec', footerId: 'footer_id', value: 'value' },
  key: ['code', 'spec', 'footerId'],
  schema: rowSchema<DocumentConfigurationContent>('DocumentConfiguration', {
    code: configurationCode.required(),
    spec: Joi.alternatives(code, Joi.valid('*'))
      .required()
      .description('a document name, the prefix of a document type, or * for all')
      .example('IV'),
    footerId: footerId.required().example(0),
    value: printable
      .max(200)
      .required()
      .when('code', byValue({ BATCH_CONFIG_ID: wholeNumber, TOPIC_NAME: topicName }))
      .description(
        'BATCH_CONFIG_ID: a whole number; TOPIC_NAME: a Kafka topic; otherwise text of at most 200 characters',
      )
      .example('Head of Collections'),
  }),
  example: {
    code: 'SIGNEE_1',
    spec: 'IV',
    footerId: 2,
    value: 'Head of Collections',
    effectiveFrom: '2026-01-01',
    effectiveTo: '4712-12-31',
  },
  filters: { code: configurationCode, spec: Joi.alternatives(code, Joi.valid('*')), footerId },
};
