import type { Clock } from '#processors/engine/clock.ts';
import { cancelled, done, Fault, type Outcome, postpone, reject } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { type BatchStatus, type DocumentFacts, type DocumentItem, footerOf, type KnownBatch } from './document.ts';
import {
  type ConfigurationLookup,
  type DocumentGenerator,
  type GenerationTimes,
  type Handover,
  isLater,
  type ReferenceData,
} from './ports.ts';

export interface SubmitPorts {
  generator: Pick<DocumentGenerator, 'submit' | 'find'>;
  reference: ReferenceData;
  times: Pick<GenerationTimes, 'median'>;
  clock: Clock;
}

export interface SubmitTiming {
  /** One call to Thunderhead. */
  callTimeoutMs: number;
  /** How long after its call a hand-over may still turn up at Thunderhead, although it did not answer. */
  unknownGraceMs: number;
  /** For so long Thunderhead is asked about a hand-over without an answer; then an operator decides. */
  unknownDeadlineMs: number;
  /** When to look at a batch first, while it is not known how long its documents take. */
  firstPollMs: number;
}

const openStatuses: ReadonlySet<BatchStatus> = new Set(['PROCESSING_OMS', 'PROCESSING_THUNDERHEAD']);
/** So many hand-overs of one round may Thunderhead leave without an answer; then an operator decides. */
const mostUnanswered = 3;
/** And so many may there be in all: whatever it is that we die of, with this document in hand, ends too. */
const mostHandovers = 10;

/**
 * Hands the document to the generator, once. A letter printed twice cannot be taken back, so a hand-over whose outcome is not
 * known is never simply repeated: the generator is asked what it has, until that is certain.
 *
 * intended -> sent -> confirmed, or unknown -> confirmed | not accepted | an operator.
 */
export const submit = (ports: SubmitPorts, timing: SubmitTiming): Stage<DocumentItem, DocumentFacts> => ({
  name: 'submit',
  effect: 'once',
  retry: { attempts: 8, firstMs: 500, capMs: 30_000 },
  timeoutMs: (timing.callTimeoutMs + 2_000) * 2,
  sideBySide: 6,
  async run(document, signal) {
    const { batch, cancellation, progress } = document;
    // Intended, and no telling what came of it; or Thunderhead had it, and did not know it any more.
    const open = batch && openStatuses.has(batch.status) ? batch : undefined;
    const settled = open && (await whatBecameOf(open, document, ports, timing));
    if (settled) return settled;
    // From here on it is certain that Thunderhead has nothing that would be made twice.
    const closed: DocumentFacts | undefined = open && { kind: 'unaccepted', batchId: open.id, at: ports.clock.now() };
    if (cancellation) return cancelled(`cancelled for ${cancellation.actor}: Thunderhead does not have it`, closed);
    const before = batch?.round === progress.round ? batch.handover : 0;
    if (open && before > 0 && (open.unanswered >= mostUnanswered || before >= mostHandovers))
      throw neverAnswered(before);

    const answer = await ports.generator.submit(await handoverOf(document, before + 1, ports), signal);
    switch (answer.kind) {
      case 'accepted':
        return confirmed(answer.batch, document, ports, { ...timing, how: 'confirmed' });
      case 'refused': {
        const { code, message, details } = answer.message;
        return reject({
          code: 'OMS_THUNDERHEAD_REFUSED',
          category: 'THUNDERHEAD_ERROR',
          description: `Thunderhead refused the document: ${code} ${message}`,
          details: { code, message, details },
        });
      }
      case 'unusable':
        return reject({ code: 'OMS_CONTENT_UNUSABLE', category: 'VALIDATION_ERROR', description: answer.reason });
      case 'failed':
        throw new Fault({
          code: 'OMS_THUNDERHEAD_FAILED',
          category: 'THUNDERHEAD_ERROR',
          description: `Thunderhead failed at the document: ${answer.message.code} ${answer.message.message}`,
          details: answer.message,
        });
      case 'unknown':
        // Asked about soon: mostly it was accepted, and only the answer was lost.
        return postpone(Math.min(1_000, timing.unknownGraceMs), answer.reason);
      case 'later':
        return postpone(answer.afterMs, answer.reason);
    }
  },
  // Past the pivot nothing is undone: a batch that Thunderhead has is followed to its end.
});

/** Undefined: Thunderhead has not accepted it, and no call is on its way that it could still accept. */
async function whatBecameOf(
  open: KnownBatch,
  document: DocumentItem,
  ports: SubmitPorts,
  timing: SubmitTiming,
): Promise<Outcome<DocumentFacts> | undefined> {
  const found = await ports.generator.find(open);
  const now = ports.clock.now().getTime();
  const ageMs = now - open.intendedAt.getTime();
  if (isLater(found)) {
    // From when it came here: who is set going again has its whole time again.
    const triedMs = now - Math.max(open.intendedAt.getTime(), document.progress.since.getTime());
    if (triedMs > timing.unknownDeadlineMs) throw neverTold(open);
    return postpone(found.afterMs, found.reason);
  }
  if (found) {
    const batch = { ...open, thunderheadBatchId: found.batchId };
    return confirmed(batch, document, ports, { firstPollMs: 0, how: 'confirmed: it had been accepted' });
  }
  const leftMs = timing.callTimeoutMs + timing.unknownGraceMs - ageMs;
  return leftMs > 0 ? postpone(leftMs, 'whether Thunderhead has accepted it is not certain yet') : undefined;
}

function confirmed(
  batch: KnownBatch,
  { documentName }: DocumentItem,
  { times, clock }: SubmitPorts,
  { firstPollMs, how }: { firstPollMs: number; how: string },
): Outcome<DocumentFacts> {
  const thunderheadBatchId = batch.thunderheadBatchId as number;
  const place = batch.transactionCount > 1 ? `, transaction ${batch.transactionNo} of ${batch.transactionCount}` : '';
  return done({
    reason: `${how}, batch ${thunderheadBatchId}${place}`,
    // What turned up late is looked at now.
    afterMs: firstPollMs && (likelyDoneMs(times.median(documentName)) ?? firstPollMs),
    facts: { kind: 'confirmed', batchId: batch.id, thunderheadBatchId, at: clock.now() },
  });
}

/** A twentieth after the median: a look that comes a moment too early costs a whole second one. */
const likelyDoneMs = (medianMs: number | undefined) => medianMs && Math.ceil(medianMs * 1.05);

async function handoverOf(document: DocumentItem, no: number, { reference, clock }: SubmitPorts): Promise<Handover> {
  const { documentName, sourceSystem, progress, priority, metadata, contentBytes } = document;
  const at = clock.now();
  const value = (code: ConfigurationLookup['code']) =>
    reference.configuration({ documentName, footerId: footerOf(document), code }, at);
  const [batchConfiguration, signee1, signee2, source] = await Promise.all([
    value('BATCH_CONFIG_ID'),
    value('SIGNEE_1'),
    value('SIGNEE_2'),
    reference.find('SOURCE_SYSTEM', sourceSystem, at),
  ]);
  if (!batchConfiguration || !Number.isSafeInteger(Number(batchConfiguration)))
    throw new Fault({
      code: 'OMS_BATCH_CONFIGURATION_MISSING',
      category: 'MISSING_DATA',
      description: `no document configuration BATCH_CONFIG_ID applies to ${documentName}`,
    });
  const properties = metadata.map(({ key, value: text }) => ({ name: key, value: text }));
  if (signee1) properties.push({ name: 'SIGNEE_1', value: signee1 });
  if (signee2) properties.push({ name: 'SIGNEE_2', value: signee2 });
  const weight = source?.attributes.weight ?? 1;
  const batchConfigResId = Number(batchConfiguration);
  return {
    ...{ progress, no, sourceSystem, weight, batchConfigResId, priority, properties, contentBytes },
    returning: progress.runs > 1,
  };
}

/** Set going again, it is asked about first: the hand-over stays open. So does that of the next one. */
const neverAnswered = (handovers: number): Fault =>
  new Fault(
    {
      code: 'OMS_HANDOVER_UNANSWERED',
      category: 'THUNDERHEAD_ERROR',
      description: `${handovers} hand-overs were left without an answer that was heard, and Thunderhead has none of them`,
    },
    { final: true },
  );

const neverTold = ({ name }: KnownBatch): Fault =>
  new Fault(
    {
      code: 'OMS_HANDOVER_UNKNOWN',
      category: 'TIMEOUT',
      description: `whether Thunderhead has accepted ${name} could not be found out in time: set going again, it is asked about first`,
    },
    { final: true },
  );
