import type { Pool } from 'pg';
import { columnsOf } from '../collections/collection.ts';
import { collections } from '../collections/index.ts';
import { type Known, knownNow } from '../rows/known.ts';
import { allRows } from '../rows/read.ts';
import type { FileRow } from './line.ts';

/**
 * All rows of one moment as NDJSON, line by line. They are read as they were known when the reading began, so that a
 * reader may be slow without holding a transaction, and sees no change by half.
 */
export async function* exportLines(pool: Pool, known?: Known): AsyncGenerator<string> {
  const then = known ?? (await knownNow(pool));
  for (const collection of collections) {
    const fields = Object.keys(columnsOf(collection));
    for await (const row of allRows(pool, collection, then)) {
      const values = fields.map((field) => [field, (row as unknown as Record<string, unknown>)[field]]);
      yield `${JSON.stringify({ collection: collection.name, ...Object.fromEntries(values) } satisfies Partial<FileRow>)}\n`;
    }
  }
}
