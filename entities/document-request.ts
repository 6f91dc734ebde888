import { defineEntity, p } from '@mikro-orm/core';

/**
 * What a source asked for, exactly as it was asked. Never changed: where the request stands is its progress row.
 * `content` is `json`, not `jsonb`, because the order of its keys becomes the order of the XML elements.
 */
const DocumentRequestSchema = defineEntity({
  name: 'DocumentRequest',
  tableName: 'document_request',
  properties: {
    id: p.uuid().primary(),
    sourceSystem: p.text(),
    requestCorrelationId: p.text(),
    documentType: p.text(),
    documentName: p.text(),
    documentLanguage: p.text(),
    sourceEnvironment: p.text(),
    metadata: p.json<{ key: string; value: string }[]>().columnType('json'),
    content: p.json<Record<string, unknown>>().columnType('json').lazy(),
    /** How long the content is as JSON: what is too much to be in memory together is known before it is read. */
    contentBytes: p.integer().default(0),
    priority: p.integer().default(0),
    notBefore: p.datetime(3).nullable(),
    /** SHA-256 of the whole body: tells a repeated request from another one under the same correlation id. */
    bodyHash: p.blob(),
    receivedAt: p.datetime(3),
    /** The OAuth client that asked; null for what came in before clients were known. */
    client: p.text().nullable(),
    /** Where its final status is posted to, beside the event. */
    callbackUrl: p.text().nullable(),
  },
  uniques: [{ name: 'document_request_correlation', properties: ['sourceSystem', 'requestCorrelationId'] }],
  // Each begins with the source, because most who look may see some sources only, and ends with the id, which is UUIDv7:
  // its order is the order of arrival, so a page is read off the end of the index.
  indexes: [
    { name: 'document_request_of_source', properties: ['sourceSystem', 'id'] },
    { name: 'document_request_of_type', properties: ['sourceSystem', 'documentType', 'id'] },
    { name: 'document_request_of_name', properties: ['sourceSystem', 'documentName', 'id'] },
    {
      // The id is made by the clock of a process, received_at is the database's. Holds those that are far apart: none, as
      // long as clocks are right, so it costs nothing.
      name: 'document_request_astray',
      expression: `create index document_request_astray on document_request (received_at)
        where (received_at - uuid_extract_timestamp(id) between interval '-1 minute' and interval '1 minute') is not true`,
    },
  ],
});

export class DocumentRequest extends DocumentRequestSchema.class {}
DocumentRequestSchema.setClass(DocumentRequest);
