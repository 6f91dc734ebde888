import { setTimeout as delay } from 'node:timers/promises';
import { type Handover, type HandoverAnswer, isLater } from '#processors/document/ports.ts';
import { urgentFrom } from '#processors/engine/signal.ts';
import type { Permit } from './budget/call.ts';
import type { Calls } from './calls.ts';

/** A document that waits for its call. */
export interface Waiting {
  handover: Handover;
  /** On the clock of `performance.now()`. */
  since: number;
  answer(answer: HandoverAnswer): void;
  /** Its run was given up: it must not be sent any more. */
  isGone(): boolean;
  /** In a call of at most so many: one of its company went wrong, and it is not known which. */
  most?: number;
}

export interface DispatchOptions {
  /** Documents in one call at the most; 1: each travels alone. */
  size: () => number;
  /** How long the first one waits for company, although there is room. Milliseconds. */
  lingerMs: () => number;
}

/**
 * What one call came to: those that have to be sent again, in the order they stood in. The others have their answer.
 * Takes over the permit.
 */
export type Send = (permit: Permit, documents: readonly Waiting[]) => Promise<readonly Waiting[]>;

/** A permit that comes so soon is waited for, in company; otherwise the document is told when to come back. */
const patienceMs = 1_000;

/**
 * Gathers documents that may travel together (same batch configuration, source and urgency) into calls. A call leaves as soon
 * as the budget has a permit for it, with whoever is there by then: a lone document waits for nobody, and the scarcer the
 * permits, the fuller the calls.
 */
export function openDispatch(calls: Pick<Calls, 'permit'>, send: Send, { size, lingerMs }: DispatchOptions) {
  const lines = new Map<string, Waiting[]>();

  const submit = (handover: Handover, signal: AbortSignal): Promise<HandoverAnswer> =>
    new Promise((resolve) => {
      const key = keyOf(handover);
      const line = lines.get(key);
      const { attempts } = handover.progress;
      const since = performance.now();
      const waiting: Waiting = { handover, since, answer: resolve, isGone: () => signal.aborted };
      // Thunderhead failed at it, or at its company: the more often, the fewer it takes along.
      if (attempts > 0) waiting.most = Math.max(1, size() >> attempts);
      if (line) line.push(waiting);
      else {
        const own = [waiting];
        lines.set(key, own);
        void serve(key, own);
      }
    });

  /** Until nobody is left in this line. */
  const serve = async (key: string, line: Waiting[]): Promise<void> => {
    // One turn of the event loop: what is submitted in the same turn belongs together.
    await new Promise((resolve) => setImmediate(resolve));
    if (lingerMs() > 0 && line.length < size()) await delay(lingerMs());
    while (line.length > 0) {
      const permit = await permitFor(line);
      const documents = takeFrom(line, size());
      if (isLater(permit)) for (const { answer } of documents) answer(permit);
      else void send(permit, documents).then((again) => rejoin(key, again));
    }
    lines.delete(key);
  };

  const permitFor = (line: readonly Waiting[]) => {
    const { handover, since } = line[0] as Waiting;
    return calls.permit(
      {
        source: handover.sourceSystem,
        weight: handover.weight,
        urgent: isUrgent(handover),
        fill: Math.min(1, line.length / size()),
        returning: handover.returning,
      },
      since + patienceMs - performance.now(),
    );
  };

  /** To the front: they have had their turn, and lost it through no fault of theirs. */
  const rejoin = (key: string, again: readonly Waiting[]): void => {
    if (again.length === 0) return;
    const line = lines.get(key);
    if (line) line.unshift(...again);
    else {
      const own = [...again];
      lines.set(key, own);
      void serve(key, own);
    }
  };

  return { submit };
}

const isUrgent = ({ priority }: Handover): boolean => priority >= urgentFrom;

const keyOf = (handover: Handover): string =>
  JSON.stringify([handover.sourceSystem, handover.batchConfigResId, isUrgent(handover)]);

/** The first ones; those that are to travel in small company do not mix with the others. */
function takeFrom(line: Waiting[], size: number): Waiting[] {
  const most = line[0]?.most;
  const stranger = line.findIndex((waiting) => waiting.most !== most);
  const together = stranger === -1 ? line.length : stranger;
  return line.splice(0, Math.min(together, most ?? size)).filter(({ isGone }) => !isGone());
}
