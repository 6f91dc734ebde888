import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { begin } from '#processors/engine/begin.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { GroupCommit } from '#processors/engine/group-commit.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import { inTransaction, isPoison, persistently } from '#processors/engine/transaction.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { CallbackAllowance } from '#src/callbacks/allowance.ts';
import { Problem, shortened } from '../problem.ts';
import type { DocumentRequestBody } from './document-request.ts';

export interface Intake {
  /** Resolves when the request is on disk. A repeated one resolves to the first. @throws Problem */
  accept(request: DocumentRequestBody, client: string): Promise<Accepted>;
}

export interface Accepted {
  id: string;
  /** The request was already here. */
  repeated: boolean;
}

export interface IntakeOptions {
  pool: Pool;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  pipeline: { name: string; firstStage: string };
  /** Whether a client may have an address called back; without it, none. */
  allowance?: CallbackAllowance;
  /** How many requests share an insert at the most, and how many inserts may be out at the same time. */
  group?: { capacity: number; lanes: number };
}

/** More in one insert make it no cheaper, only longer; a second one is prepared while the first waits for the disk. */
const usualGroup = { capacity: 200, lanes: 2 };

/** Takes requests in. Those that arrive together share one insert and one signal; a lone one waits for nobody. */
export function openIntake(options: IntakeOptions): Intake {
  const { pool, clock, orchestration, pipeline, allowance = nobody, group: size = usualGroup } = options;
  const group = new GroupCommit<Entry, Existing>({
    ...size,
    isPoison,
    flush: async (entries) => {
      const now = clock.now();
      const existing = await persistently(
        () => inTransaction(pool, (transaction) => insert(transaction, entries, now, pipeline)),
        {
          giveUpAfterMs: 2_000,
        },
      );
      const taken = entries.filter(({ id }, index) => existing[index]?.id === id);
      // Not awaited: the rows are safe, and a lost ring only delays them.
      void orchestration.signal(
        signalsFor(
          pipeline.name,
          taken.map(({ id, notBefore, request: { priority } }) => ({
            ...{ id, priority, stage: pipeline.firstStage },
            dueAt: notBefore ?? now,
          })),
          now,
        ),
      );
      return existing;
    },
  });

  return {
    async accept(request, client) {
      if (request.callbackUrl !== undefined) refuseCallback(await allowance(request.callbackUrl, client));
      const entry = entryOf(request, client);
      const existing = await group.submit(entry);
      if (!existing.bodyHash.equals(entry.bodyHash))
        throw new Problem(
          'OMS_CORRELATION_ID_TAKEN',
          `request ${existing.id} of ${request.sourceSystem} has this requestCorrelationId and another body`,
          { errors: [{ field: 'requestCorrelationId', message: 'is taken by a request with another body' }] },
        );
      return { id: existing.id, repeated: existing.id !== entry.id };
    },
  };
}

const nobody: CallbackAllowance = async () => 'callbacks are not configured here';

function refuseCallback(message: string | undefined): void {
  if (message === undefined) return;
  throw new Problem('OMS_CALLBACK_FORBIDDEN', 'nobody is called back at this address', {
    errors: [{ field: 'callbackUrl', message: shortened(message) }],
  });
}

interface Entry {
  id: string;
  /** Who asks. */
  client: string;
  request: DocumentRequestBody;
  metadata: string;
  content: string;
  bodyHash: Buffer;
  notBefore: Date | undefined;
}

interface Existing {
  id: string;
  bodyHash: Buffer;
}

function entryOf(request: DocumentRequestBody, client: string): Entry {
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
async function insert(
  transaction: PoolClient,
  entries: readonly Entry[],
  now: Date,
  pipeline: { name: string; firstStage: string },
): Promise<Existing[]> {
  const column = <T>(value: (entry: Entry) => T): T[] => entries.map(value);
  const { rows } = await transaction.query<{ id: string }>({
    name: 'oms-insert-requests',
    text: `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
        document_language, source_environment, metadata, content, priority, not_before, body_hash, received_at, client, callback_url)
      select id, source_system, request_correlation_id, document_type, document_name, document_language,
        source_environment, metadata, content, priority, not_before, body_hash, $15, client,
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
  return entries.map((entry) => (inserted.has(entry.id) ? entry : (before.get(keyOf(entry.request)) ?? entry)));
}

const keyOf = ({ sourceSystem, requestCorrelationId }: DocumentRequestBody): string =>
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
      JSON.stringify([source_system, request_correlation_id]),
      { id, bodyHash: body_hash },
    ]),
  );
}
