import type { Pool } from 'pg';
import { failedDocuments, type PlannedPipeline } from './failed-documents.ts';

/** What Thunderhead may have of a document that is handed over to it anew, and what that means for whoever decides. */
export interface AtThunderhead {
  /** It was handed over, and is not known to have ended there: `submit` asks before it hands over anew. */
  askedFirst: boolean;
  /** Thunderhead had made something of it: it is made again all the same. */
  madeBefore: boolean;
}

/** As it goes on behind `it was`, or behind a number. */
export const askedFirstMeans =
  'handed over, and how that ended is not known: Thunderhead is asked first, and only what it does not have is made';
export const madeBeforeMeans =
  'made by Thunderhead before, at least in part: it is made again, and may be printed twice';

/** Of one failed document; undefined when it has not failed. */
export async function atThunderhead(
  pool: Pool,
  pipeline: PlannedPipeline,
  id: string,
): Promise<AtThunderhead | undefined> {
  const values: unknown[] = [];
  const failed = failedDocuments({ ids: [id], includeRejected: true }, pipeline, (value) => `$${values.push(value)}`);
  const { rows } = await pool.query<AtThunderhead>(
    `select asked_first as "askedFirst", made_before as "madeBefore" from (${failed}) f`,
    values,
  );
  return rows[0];
}
