/** A hand-over as it lies on the shelf, and one document taken out of it again. */
import type { Batch } from './batch.ts';
import type { DocumentOrder } from './document.ts';
import type { Property } from './faults.ts';
import type { Submission } from './submission.ts';
import { readTransactions } from './transactions.ts';

export const packed = ({ properties, xml }: Submission): string => `${JSON.stringify(properties)}\n${xml}`;

/** A transaction of a batch is drawn as if it had come alone: nothing of its wrapper is left. */
export function documentIn(content: string, batch: Batch, no: number): DocumentOrder {
  const line = content.indexOf('\n');
  const properties = JSON.parse(content.slice(0, line)) as Property[];
  const xml = content.slice(line + 1);
  const { batchName, acceptedAt: at, many } = batch;
  const contents = batch.transactions ? readTransactions(xml) : null;
  const own = contents && 'transactions' in contents ? contents.transactions?.[no - 1] : undefined;
  if (own) {
    return { xml: xml.slice(own.from, own.to), properties: own.properties, batchName: own.name, at, child: null };
  }
  return { xml, properties, batchName, at, child: many ? no : null };
}
