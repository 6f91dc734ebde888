import { defineEntity, p } from '@mikro-orm/core';

/** How a document is made: signees, Thunderhead's batch configuration, the Kafka topic of its family. */
const DocumentConfigurationSchema = defineEntity({
  name: 'DocumentConfiguration',
  tableName: 'document_configuration',
  properties: {
    id: p.uuid().primary(),
    /** 0 to 4; 0 is what applies when no row names the footer. */
    footerId: p.integer(),
    /** A document name, a type prefix (`IV`, `PO`), or `*`. */
    spec: p.text(),
    /** `SIGNEE_1`, `SIGNEE_2`, `BATCH_CONFIG_ID`, `TOPIC_NAME`. */
    code: p.text(),
    value: p.text(),
    effectiveFrom: p.date(),
    effectiveTo: p.date(),
    deletedAt: p.datetime(3).nullable(),
    /** Counts the changes of the row; the database raises it. */
    version: p.integer().default(1),
  },
  indexes: [{ name: 'document_configuration_code', properties: ['code', 'spec', 'footerId'] }],
});

export class DocumentConfiguration extends DocumentConfigurationSchema.class {}
DocumentConfigurationSchema.setClass(DocumentConfiguration);
