import type { DocumentContent } from '#processors/document/load.ts';
import { toElement } from '#processors/document/xml.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { type Intents, intentOf, type Part, partsOf, type Tell } from './call-part.ts';
import type { Call, Calls } from './calls.ts';
import { conclude } from './conclude.ts';
import type { Send, Waiting } from './dispatch.ts';
import { batchBody, documentBody, fitting, mostBytes } from './submission.ts';

export interface HandOverParts {
  calls: Pick<Calls, 'send' | 'unused'>;
  intents: Intents;
  contents(ids: readonly string[]): Promise<ReadonlyMap<string, DocumentContent>>;
  clock: Clock;
  /** An intent that is older than a call may take is not sent any more: somebody may be asking about it already. */
  callTimeoutMs: number;
}

const databaseRestMs = 1_000;

/** One call: read what is to be sent, store the intent, send it, and tell every document what came of it. */
export const handOver =
  (parts: HandOverParts): Send =>
  async (permit, documents) => {
    const { calls, intents, clock } = parts;
    let isSpent = false;
    const open = new Set(documents);
    const tell: Tell = (waiting, answer) => {
      open.delete(waiting);
      waiting.answer(answer);
    };
    try {
      const { written, left } = await write(documents, parts, tell);
      const going = partsOf(written, clock.now());
      if (going.length === 0) return left;
      const ours = await intents.store(intentOf(going, intendedReason(going), clock));
      if (ours.size < going.length) return [...(await withoutStrangers(going, ours, parts, tell)), ...left];
      if (isTooOld(going, parts)) {
        for (const { waiting } of going) tell(waiting, { kind: 'unknown', reason: 'it was not sent in time' });
        return left;
      }
      isSpent = true;
      const called = await calls.send(permit, callOf(going));
      return [...(await conclude(called, going, parts, tell)), ...left];
    } catch (error) {
      // The database is away. Whatever is on disk of the intent is asked about.
      const reason = `the hand-over could not be written down: ${(error as Error).message}`;
      for (const waiting of open) tell(waiting, { kind: 'later', afterMs: databaseRestMs, reason });
      return [];
    } finally {
      if (!isSpent) calls.unused(permit);
    }
  };

/** As many as fit, as XML; what is too much for one call is left for the next. Content that makes no XML fails alone. */
async function write(documents: readonly Waiting[], { contents }: HandOverParts, tell: Tell) {
  let bytes = 0;
  const over = documents.findIndex(({ handover }, index) => {
    bytes += handover.contentBytes;
    return index > 0 && bytes > mostBytes;
  });
  const taken = over === -1 ? documents : documents.slice(0, over);
  const content = await contents(taken.map(({ handover }) => handover.progress.id));
  const all = taken.flatMap((waiting) => {
    try {
      return [
        { waiting, handover: waiting.handover, element: toElement(content.get(waiting.handover.progress.id) ?? {}) },
      ];
    } catch (error) {
      tell(waiting, { kind: 'unusable', reason: `the content makes no XML: ${(error as Error).message}` });
      return [];
    }
  });
  const fit = fitting(all);
  const left = [...all.slice(fit).map(({ waiting }) => waiting), ...documents.slice(taken.length)];
  return { written: all.slice(0, fit), left };
}

const intendedReason = ([first, ...others]: readonly Part[]): string =>
  `intended: hand-over ${first?.batch.name}${others.length > 0 ? ` of ${others.length + 1} documents` : ''}`;

/** Another worker has some of them by now. The others, numbered anew, go with the next call. */
async function withoutStrangers(
  going: readonly Part[],
  ours: ReadonlySet<string>,
  { intents, clock }: HandOverParts,
  tell: Tell,
) {
  const isOurs = ({ handover }: Part) => ours.has(handover.progress.id);
  for (const part of going)
    if (!isOurs(part)) tell(part.waiting, { kind: 'later', afterMs: 0, reason: 'it is in other hands' });
  const rest = going.filter(isOurs);
  await intents.withdraw(intentOf(rest, 'not sent: one of its company is in other hands', clock));
  return rest.map(({ waiting }) => waiting);
}

const isTooOld = ([first]: readonly Part[], { clock, callTimeoutMs }: HandOverParts): boolean =>
  first !== undefined && clock.now().getTime() - first.batch.intendedAt.getTime() > callTimeoutMs;

function callOf([first, ...others]: readonly Part[]): Call {
  const { name: batchName, correlationId } = (first as Part).batch;
  const identity = { batchName, correlationId };
  return {
    operation: 'submit',
    method: 'POST',
    path: others.length === 0 ? '/documents' : '/batches',
    headers: { 'x-correlation-id': correlationId, 'idempotency-key': batchName },
    body: others.length === 0 ? documentBody(identity, first as Part) : batchBody(identity, [first as Part, ...others]),
  };
}
