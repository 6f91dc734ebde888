import { ConsecutiveBreaker } from 'cockatiel';
import type { CallOutcome } from './call.ts';

const mostInARow = 5;

/** When one process has seen enough of it. The rule is cockatiel's; whether the breaker is open is known by all together. */
export interface FailuresInARow {
  /** Whether this outcome is one too many. */
  note(outcome: CallOutcome): boolean;
  /** The shared breaker has closed: what was counted before is of another time. */
  forget(): void;
}

export function failuresInARow(): FailuresInARow {
  const breaker = new ConsecutiveBreaker(mostInARow);
  return {
    note({ kind }) {
      if (kind === 'answered') breaker.success();
      return kind === 'unavailable' && breaker.failure();
    },
    forget: () => breaker.success(),
  };
}
