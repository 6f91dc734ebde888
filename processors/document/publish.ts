import { v5 as uuidv5 } from 'uuid';
import type { Clock } from '#processors/engine/clock.ts';
import { done, Fault, type Outcome, postpone } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { type DocumentFacts, type DocumentItem, footerOf, type KnownBatch } from './document.ts';
import { isLater, type Later, type ReferenceData, type StatusEvent, type StatusPublisher } from './ports.ts';
import { finalStatusOf } from './status.ts';

const eventNamespace = 'b0c6ee4c-5e4d-5c5f-9d52-2a2f8a1f4e0b';
const defaultTopic = 'oms.document-status';
export const hubUnavailable = 'OMS_EVENT_HUB_UNAVAILABLE';

/** How far apart looks at a broker that is away may get. */
const longestPauseMs = 30_000;

/**
 * Tells the world how it ended, whatever the end. Done only when the broker has acknowledged; retried for ever. While the
 * broker is away that is a fault once, so that it is seen why the request does not get on; from then on it waits.
 */
export const publish = (
  { publisher, reference, clock }: { publisher: StatusPublisher; reference: ReferenceData; clock: Clock },
  { timeoutMs }: { timeoutMs: number },
): Stage<DocumentItem, DocumentFacts> => ({
  name: 'publish',
  always: true,
  retry: { firstMs: 500, capMs: 5_000 },
  timeoutMs,
  async run(document) {
    const { documentName } = document;
    const lookup = { documentName, footerId: footerOf(document), code: 'TOPIC_NAME' } as const;
    const topic = (await reference.configuration(lookup, clock.now())) ?? defaultTopic;
    const event = eventOf(document);
    const receipt = await publisher.publish(topic, event);
    if (isLater(receipt)) return whileAway(receipt, document, clock);
    const facts: DocumentFacts = {
      kind: 'published',
      topic,
      event,
      partition: receipt?.partition ?? null,
      offset: receipt?.offset ?? null,
      at: clock.now(),
      ...(document.callbackUrl && { callbackUrl: document.callbackUrl }),
    };
    const reason = receipt
      ? `published to ${topic}/${receipt.partition} at ${receipt.offset}`
      : 'published to the status feed';
    return done({ facts, reason });
  },
});

function whileAway({ afterMs, reason }: Later, { progress }: DocumentItem, clock: Clock): Outcome<DocumentFacts> {
  if (progress.attempts === 0)
    throw new Fault({ code: hubUnavailable, category: 'INTERNAL_ERROR', description: reason });
  const waitedMs = clock.now().getTime() - progress.since.getTime();
  return postpone(Math.max(afterMs, Math.min(longestPauseMs, waitedMs / 4)), reason);
}

/** The same end of the same request always makes the same event, id and all, however often it is published. */
function eventOf(document: DocumentItem): StatusEvent {
  const { id, progress, batch } = document;
  const known = batch && confirmedBatch(batch);
  const status = finalStatusOf(progress.result ?? 'failed', document.errors?.map(({ code }) => code) ?? []);
  const occurredAt = progress.since.toISOString();
  return {
    id: uuidv5([id, known?.id ?? '', status, progress.round].join('/'), eventNamespace),
    type: 'com.oms.document.status.final.v1',
    subject: id,
    time: occurredAt,
    data: {
      requestId: id,
      correlationId: document.requestCorrelationId,
      sourceSystem: document.sourceSystem,
      documentType: document.documentType,
      documentName: document.documentName,
      status,
      batch: known ?? null,
      dmsDocumentId: batch?.dmsDocumentId ?? null,
      errors: document.errors ?? [],
      attempt: progress.round,
      statusVersion: progress.round,
      occurredAt,
    },
  };
}

/** A hand-over that Thunderhead never confirmed is nobody's business but ours. */
const confirmedBatch = ({ id, thunderheadBatchId, name }: KnownBatch): StatusEvent['data']['batch'] =>
  thunderheadBatchId === null ? null : { id, thunderheadBatchId, name };
