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
    priority: p.integer().default(0),
    notBefore: p.datetime(3).nullable(),
    /** SHA-256 of the whole body: tells a repeated request from another one under the same correlation id. */
    bodyHash: p.blob(),
    receivedAt: p.datetime(3),
  },
  uniques: [{ name: 'document_request_correlation', properties: ['sourceSystem', 'requestCorrelationId'] }],
});

export class DocumentRequest extends DocumentRequestSchema.class {}
DocumentRequestSchema.setClass(DocumentRequest);
