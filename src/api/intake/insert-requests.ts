import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { begin } from '#processors/engine/begin.ts';
import type { DocumentRequestBody } from './document-request.ts';

/** A request that is to be inserted. */
export interface Entry {
  id: string;
  /** Who asks. */
  client: string;
  request: DocumentRequestBody;
  metadata: string;
  content: string;
  bodyHash: Buffer;
  notBefore: Date | undefined;
}

/** The request that stands under a correlation id. */
export interface Existing {
  id: string;
  bodyHash: Buffer;
}

/** With a fresh id, and a hash (SHA-256) of all that the client has said, in whatever order it named the fields. */
export function entryOf(request: DocumentRequestBody, client: string): Entry {
  const { documentMetadata, documentContent, notBefore, ...fields } = request;
  const metadata = JSON.stringify(documentMetadata);
  const content = JSON.stringify(documentContent);
  const identity = JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  const bodyHash = createHash('sha256')
    .update(`${identity}\n${notBefore ?? ''}\n${metadata}\n`)
    .update(content)
    .digest();
  return {
    id: uuidv7(),
    client,
    request,
    metadata,
    content,
    bodyHash,
    notBefore: notBefore ? new Date(notBefore) : undefined,
  };
}

/** Inserts what is new, and answers for every entry which request now stands under its correlation id. */
export async function insertRequests(
  transaction: PoolClient,
  entries: readonly Entry[],
  now: Date,
  pipeline: { name: string; firstStage: string },
): Promise<Existing[]> {
  const column = <T>(value: (entry: Entry) => T): T[] => entries.map(value);
  const { rows } = await transaction.query<{ id: string }>({
    name: 'oms-insert-requests',
    text: `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
        document_language, source_environment, metadata, content, content_bytes, priority, not_before, body_hash,
        received_at, client, callback_url)
      select id, source_system, request_correlation_id, document_type, document_name, document_language,
        source_environment, metadata, content, octet_length(content::text), priority, not_before, body_hash, $15, client,
        callback_url
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::json[],
        $9::json[], $10::int[], $11::timestamptz[], $12::bytea[],
        $13::text[], $14::text[])
        as i (id, source_system, request_correlation_id, document_type, document_name, document_language,
          source_environment, metadata, content, priority, not_before, body_hash, client, callback_url)
      order by source_system, request_correlation_id
      on conflict (source_system, request_correlation_id) do nothing
      returning id`,
    values: [
      column(({ id }) => id),
      column(({ request }) => request.sourceSystem),
      column(({ request }) => request.requestCorrelationId),
      column(({ request }) => request.documentType),
      column(({ request }) => request.documentName),
      column(({ request }) => request.documentLanguage),
      column(({ request }) => request.sourceEnvironment),
      column(({ metadata }) => metadata),
      column(({ content }) => content),
      column(({ request }) => request.priority),
      column(({ notBefore }) => notBefore?.toISOString() ?? null),
      column(({ bodyHash }) => bodyHash),
      column(({ client }) => client),
      column(({ request }) => request.callbackUrl ?? null),
      now,
    ],
  });
  const inserted = new Set(rows.map(({ id }) => id));
  const fresh = entries.filter(({ id }) => inserted.has(id));
  if (fresh.length > 0)
    await begin(
      transaction,
      fresh.map(({ id, notBefore, request: { priority } }) => ({ id, priority, dueAt: notBefore ?? now })),
      { pipeline: pipeline.name, stage: pipeline.firstStage, actor: 'api', now },
    );
  const before = await find(
    transaction,
    entries.filter(({ id }) => !inserted.has(id)),
  );
  return entries.map((entry) => {
    const { sourceSystem, requestCorrelationId } = entry.request;
    return inserted.has(entry.id) ? entry : (before.get(keyOf(sourceSystem, requestCorrelationId)) ?? entry);
  });
}

const keyOf = (sourceSystem: string, requestCorrelationId: string): string =>
  JSON.stringify([sourceSystem, requestCorrelationId]);

async function find(transaction: PoolClient, entries: readonly Entry[]): Promise<Map<string, Existing>> {
  if (entries.length === 0) return new Map();
  const { rows } = await transaction.query<{
    id: string;
    source_system: string;
    request_correlation_id: string;
    body_hash: Buffer;
  }>(
    `select id, source_system, request_correlation_id, body_hash from document_request
     join unnest($1::text[], $2::text[]) as i (source_system, request_correlation_id) using (source_system, request_correlation_id)`,
    [entries.map(({ request }) => request.sourceSystem), entries.map(({ request }) => request.requestCorrelationId)],
  );
  return new Map(
    rows.map(({ id, source_system, request_correlation_id, body_hash }) => [
      keyOf(source_system, request_correlation_id),
      { id, bodyHash: body_hash },
    ]),
  );
}
