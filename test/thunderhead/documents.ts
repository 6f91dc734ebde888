import { randomUUID } from 'node:crypto';
import type { Handover, HandoverAnswer } from '#processors/document/ports.ts';
import type { Waiting } from '#src/thunderhead/dispatch.ts';

export const handover = (changes: Partial<Handover> = {}): Handover => ({
  progress: { id: randomUUID(), revision: 1, round: 1, attempts: 0 },
  ...{ no: 1, sourceSystem: 'ARCADE', weight: 1, batchConfigResId: 42, priority: 0, properties: [] },
  ...{ contentBytes: 100, returning: false },
  ...changes,
});

/** A document that waits, and the answers it has been given. */
export function waiting(changes: Partial<Handover> = {}): Waiting & { answers: HandoverAnswer[] } {
  const answers: HandoverAnswer[] = [];
  return {
    handover: handover(changes),
    since: 0,
    answer: (answer) => answers.push(answer),
    isGone: () => false,
    answers,
  };
}
