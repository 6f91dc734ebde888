import type { Snapshot } from './snapshot.ts';

/** Where the newest rows come from: the database, or the Reference Data API. */
export interface ReferenceSource {
  /**
   * The newest rows; undefined while those of `known` still are. Whoever asks must get what was committed before the
   * question, or an error: rows that may be old are for the one who keeps them to give.
   */
  newerThan(known: string | undefined): Promise<Snapshot | undefined>;
}
