import { v7 as uuidv7 } from 'uuid';
import type { KnownBatch } from '#processors/document/document.ts';
import type { Intent } from '#processors/document/intents.ts';
import type { HandoverAnswer } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Waiting } from './dispatch.ts';
import type { Written } from './submission.ts';

/** A document with its part in a call. */
export interface Part extends Written {
  waiting: Waiting;
  batch: KnownBatch;
}

export type Tell = (waiting: Waiting, answer: HandoverAnswer) => void;

/** Where intents are kept; see `processors/document/intents.ts`. */
export interface Intents {
  store(intent: Intent): Promise<ReadonlySet<string>>;
  close(intent: Intent): Promise<unknown>;
  withdraw(intent: Intent): Promise<unknown>;
  markUnknown(intent: Intent): Promise<unknown>;
}

/** Alone it goes under its own id; in company the call has an id of its own, and its own name. */
export function partsOf(written: readonly (Written & { waiting: Waiting })[], intendedAt: Date): Part[] {
  const shared = uuidv7();
  const isAlone = written.length === 1;
  return written.map((document, index) => {
    const { progress, no } = document.handover;
    const own = `OMS-${progress.id}-${progress.round}${no > 1 ? `-${no}` : ''}`;
    const batch: KnownBatch = {
      id: uuidv7(),
      round: progress.round,
      handover: no,
      correlationId: isAlone ? progress.id : shared,
      name: isAlone ? own : `OMS-${shared}`,
      thunderheadBatchId: null,
      transactionNo: index + 1,
      transactionCount: written.length,
      status: 'PROCESSING_OMS',
      dmsDocumentId: null,
      intendedAt,
      confirmedAt: null,
      unanswered: 0,
    };
    return { ...document, batch };
  });
}

export const intentOf = (batches: readonly Part[], reason: string, clock: Clock): Intent => ({
  ...{ batches, reason },
  at: clock.now(),
});
