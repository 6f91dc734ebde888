import type { ConfigurationLookup } from '#processors/document/ports.ts';
import type { Stored } from '../collections/collection.ts';
import type { DocumentConfigurationContent } from '../collections/document-configurations.ts';
import { configurationKey, effective, type ReferenceRows, referenceKey } from './reference-rows.ts';

/** What `configuration()` looks at, one after the other; the first that applies wins. */
interface Attempt {
  matchedBy: 'name' | 'type prefix' | 'any';
  spec: string;
  footerId: number;
}

/** Exact name, then the prefix of the name's type, then `*`; for each the footer, then footer 0. */
function attemptsOf(rows: ReferenceRows, { documentName, footerId }: ConfigurationLookup, at: Date): Attempt[] {
  const attempts: Attempt[] = [];
  const prefix = prefixOf(rows, documentName, at);
  const add = (matchedBy: Attempt['matchedBy'], spec: string) => {
    attempts.push({ matchedBy, spec, footerId });
    if (footerId !== 0) attempts.push({ matchedBy, spec, footerId: 0 });
  };
  add('name', documentName);
  if (prefix) add('type prefix', prefix);
  add('any', '*');
  return attempts;
}

/** A name has the prefix of its type, if both are known then. */
function prefixOf(rows: ReferenceRows, documentName: string, at: Date): string | undefined {
  const name = effective(rows.reference.get(referenceKey('DOCUMENT_NAME', documentName)), at)?.row;
  const documentType = name?.attributes.documentType;
  if (documentType === undefined) return undefined;
  return effective(rows.reference.get(referenceKey('DOCUMENT_TYPE', documentType)), at)?.row.attributes.specPrefix;
}

/** The value that applies; undefined when none does. */
export function configurationOf(rows: ReferenceRows, lookup: ConfigurationLookup, at: Date): string | undefined {
  for (const { spec, footerId } of attemptsOf(rows, lookup, at)) {
    const found = effective(rows.configurations.get(configurationKey(lookup.code, spec, footerId)), at);
    if (found) return found.row.value;
  }
  return undefined;
}

export interface Resolution {
  /** What applies; null when nothing does. */
  value: string | null;
  /** The type prefix of the document name; null when the name, or its type, is not known then. */
  specPrefix: string | null;
  /** In the order in which they were tried. */
  candidates: readonly Candidate[];
}

export interface Candidate extends Attempt {
  outcome: 'won' | 'outranked' | 'not effective' | 'no row';
  /** Why, in a sentence. */
  reason: string;
  /** Null for `no row`. */
  row: Stored<DocumentConfigurationContent> | null;
}

/** The same answer as `configurationOf`, with all that was looked at on the way and why it was not taken. */
export function resolve(rows: ReferenceRows, lookup: ConfigurationLookup, at: Date): Resolution {
  let winner: Candidate | undefined;
  const candidates: Candidate[] = [];
  for (const attempt of attemptsOf(rows, lookup, at)) {
    const dated = rows.configurations.get(configurationKey(lookup.code, attempt.spec, attempt.footerId)) ?? [];
    if (dated.length === 0)
      candidates.push({
        ...{ ...attempt, outcome: 'no row', row: null },
        reason: `there is no row for ${lookup.code}, ${attempt.spec}, footer ${attempt.footerId}`,
      });
    const applies = effective(dated, at);
    for (const { row } of dated) {
      if (applies?.row !== row)
        candidates.push({
          ...{ ...attempt, outcome: 'not effective', row },
          reason: `it applies from ${row.effectiveFrom} until before ${row.effectiveTo}`,
        });
      else if (winner)
        candidates.push({
          ...{ ...attempt, outcome: 'outranked', row },
          reason: `${winner.spec}, footer ${winner.footerId} comes before it`,
        });
      else {
        winner = { ...attempt, outcome: 'won', row, reason: 'it is the first that applies' };
        candidates.push(winner);
      }
    }
  }
  return {
    value: winner?.row?.value ?? null,
    specPrefix: prefixOf(rows, lookup.documentName, at) ?? null,
    candidates,
  };
}
