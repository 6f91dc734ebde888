import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '#processors/engine/clock.ts';
import { cancelled, done, Fault, type Outcome, reject, wait } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { type DocumentFacts, type DocumentItem, footerOf } from './document.ts';
import type { BatchReport, ConfigurationLookup, DocumentGenerator, Handover, ReferenceData } from './ports.ts';
import { toXml } from './xml.ts';

/**
 * Hands the document to the generator, once. A letter printed twice cannot be taken back, so before anything is sent a
 * second time the generator is asked what it has already accepted.
 */
export const submit = (
  { generator, reference, clock }: { generator: DocumentGenerator; reference: ReferenceData; clock: Clock },
  timing: { timeoutMs: number; callTimeoutMs: number; firstPollMs: number },
): Stage<DocumentItem, DocumentFacts> => ({
  name: 'submit',
  effect: 'once',
  retry: { attempts: 8, firstMs: 500, capMs: 30_000 },
  timeoutMs: timing.timeoutMs,
  async run(document, signal) {
    const { runs, round } = document.progress;
    const mayHaveBeenSent = runs > 1 || round > 1;
    const known = mayHaveBeenSent ? await accepted(document, generator, signal) : undefined;
    if (known)
      return handedOver(document, known, {
        reason: `batch ${known.batchId} had been accepted before`,
        at: clock.now(),
        afterMs: 0,
      });
    if (document.cancellation) return unsent(document, document.cancellation, clock.now(), timing.callTimeoutMs);
    const answer = await generator.submit(await handoverOf(document, reference, clock.now()), signal);
    if ('batchId' in answer)
      return handedOver(
        document,
        { batchId: answer.batchId, batchName: nameOf(document) },
        { reason: `batch ${answer.batchId} accepted`, at: clock.now(), afterMs: timing.firstPollMs },
      );
    const { code, message, details } = answer.refused;
    return reject({
      code: 'OMS_THUNDERHEAD_REFUSED',
      category: 'THUNDERHEAD_ERROR',
      description: `Thunderhead refused the document: ${code} ${message}`,
      details: { code, message, details },
    });
  },
  // Past the pivot nothing is undone: a batch that Thunderhead has is followed to its end.
});

/**
 * To be cancelled, and an earlier run may have sent it, but Thunderhead does not know it. A call that was given up may still
 * be on its way there, so it is asked once more when no call can be: only then nothing exists that could be printed.
 */
function unsent(
  { id, progress }: DocumentItem,
  { actor, passedOnAt }: NonNullable<DocumentItem['cancellation']>,
  now: Date,
  callTimeoutMs: number,
): Outcome<DocumentFacts> {
  const leftMs = passedOnAt ? passedOnAt.getTime() + callTimeoutMs - now.getTime() : callTimeoutMs;
  if (leftMs <= 0) return cancelled(`cancelled for ${actor}: Thunderhead has not accepted it`);
  const facts = { kind: 'stopping', requestId: id, round: progress.round, at: now } as const;
  return wait(leftMs, 'whether Thunderhead has accepted it is not certain yet', passedOnAt ? undefined : facts);
}

const nameOf = ({ id, progress }: DocumentItem): string => `OMS-${id}-${progress.round}`;

function handedOver(
  { id, progress }: DocumentItem,
  { batchId, batchName }: Pick<BatchReport, 'batchId' | 'batchName'>,
  { reason, at, afterMs }: { reason: string; at: Date; afterMs: number },
): Outcome<DocumentFacts> {
  const batch = {
    id: uuidv7(),
    round: progress.round,
    thunderheadBatchId: batchId,
    name: batchName,
    status: 'PROCESSING_THUNDERHEAD' as const,
    dmsDocumentId: null,
  };
  return done({ reason, afterMs, facts: { kind: 'accepted', batch, requestId: id, at } });
}

/** What an earlier run brought about: this round's batch, or an earlier round's that has not gone wrong. */
async function accepted(
  document: DocumentItem,
  generator: DocumentGenerator,
  signal: AbortSignal,
): Promise<BatchReport | undefined> {
  const batches = await generator.find(document.id, signal);
  const spoilt: readonly string[] = ['ERRORED', 'COMPLETED_WITH_ERRORS', 'STOPPED', 'STOPPING'];
  return (
    batches.find(({ batchName }) => batchName === nameOf(document)) ??
    batches.find(({ status }) => !spoilt.includes(status))
  );
}

async function handoverOf(document: DocumentItem, reference: ReferenceData, at: Date): Promise<Handover> {
  const { documentName, id, priority, metadata } = document;
  const value = (code: ConfigurationLookup['code']) =>
    reference.configuration({ documentName, footerId: footerOf(document), code }, at);
  const [batchConfiguration, signee1, signee2] = await Promise.all([
    value('BATCH_CONFIG_ID'),
    value('SIGNEE_1'),
    value('SIGNEE_2'),
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
  return {
    batchConfigResId: Number(batchConfiguration),
    batchName: nameOf(document),
    correlationId: id,
    priority,
    transactionData: toXml(document.content ?? {}),
    properties,
  };
}
