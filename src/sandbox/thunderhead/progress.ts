/** How far the scripts have been played: refusals already given and one-time faults already had, by document name. */
import { boundedMap } from '../bounded-map.ts';
import type { TurnedAway } from './faults.ts';

export interface Progress {
  /** The refusal this name gets next, if it is one that the asker gives; giving it counts. */
  refuse(name: string, turnedAway: readonly TurnedAway[], mine: (refusal: TurnedAway) => boolean): TurnedAway | null;
  /** True the first time. */
  first(name: string): boolean;
  clear(): void;
}

/** Names beyond this are forgotten, oldest first: their scripts would begin anew. */
const mostNames = 100_000;

export function openProgress(): Progress {
  const attempts = boundedMap<string, number>(mostNames);
  const unanswered = boundedMap<string, true>(mostNames);
  return {
    refuse(name, turnedAway, mine) {
      const attempt = attempts.get(name) ?? 0;
      const refusal = turnedAway[attempt];
      if (refusal === undefined || !mine(refusal)) return null;
      attempts.set(name, attempt + 1);
      return refusal;
    },
    first(name) {
      if (unanswered.get(name)) return false;
      unanswered.set(name, true);
      return true;
    },
    clear() {
      attempts.clear();
      unanswered.clear();
    },
  };
}
