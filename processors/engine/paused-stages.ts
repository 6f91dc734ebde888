/**
 * Which stages stand still because an operator wants it so. Whoever is about to claim or to ring asks first: a ring for a
 * paused stage is dropped, nothing is claimed there, and what is in hand is settled.
 */
export interface PausedStages {
  has(pipeline: string, stage: string): boolean;
  /** The stages of one pipeline. */
  of(pipeline: string): readonly string[];
}

/** A process knows of a pause, or of its end, at most so long after it was ordered. Milliseconds. */
export const knownEverywhereMs = 2_000;
