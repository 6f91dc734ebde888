import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '#src/api/problem.ts';
import { type Collection, type Content, columnsOf, keyOf, type Stored } from '../collections/collection.ts';
import type { Line } from './line.ts';

/** What becomes of a line. */
export interface LineResult {
  line: number;
  result: 'created' | 'replaced' | 'unchanged' | 'refused';
  /** The row that is there already. */
  id?: string;
  /** Why it is refused. */
  errors?: readonly FieldError[];
}

export interface Plan {
  results: readonly LineResult[];
  creates: ReadonlyMap<Collection, readonly Content[]>;
  replaces: ReadonlyMap<Collection, readonly (Content & { id: string })[]>;
}

/** A row as it would be in the end: from the file, from the table, or from both. */
interface Claim {
  collection: Collection;
  content: Content;
  line?: number;
  was?: Stored;
}

/**
 * What an import would do with the rows that are there. A line replaces the row of the same key and the same first day, or
 * makes a new one; rows that no line speaks of stay. What must not be is judged by how all would be in the end, so a file
 * may shorten one row and begin the next in any order. Pure.
 */
export function planImport(lines: readonly Line[], existing: ReadonlyMap<Collection, readonly Stored[]>): Plan {
  const refused = new Map<number, readonly FieldError[]>();
  const claims = new Map<string, Claim>();
  for (const [collection, rows] of existing)
    for (const was of rows) claims.set(identity(collection, was), { collection, content: was, was });
  for (const each of lines) {
    if ('errors' in each) {
      refused.set(each.line, each.errors);
      continue;
    }
    const { line, collection, content } = each;
    const claim = claims.get(identity(collection, content));
    if (claim?.line !== undefined)
      refused.set(line, [{ field: 'effectiveFrom', message: `names the same row as line ${claim.line}` }]);
    else claims.set(identity(collection, content), { ...claim, collection, content, line });
  }
  for (const { line, other } of overlaps([...claims.values()]))
    refused.set(line, [{ field: 'effectiveFrom', message: `overlaps with ${nameOf(other)}` }]);
  return planOf(lines, claims, refused);
}

function planOf(
  lines: readonly Line[],
  claims: ReadonlyMap<string, Claim>,
  refused: ReadonlyMap<number, readonly FieldError[]>,
): Plan {
  const creates = new Map<Collection, Content[]>();
  const replaces = new Map<Collection, (Content & { id: string })[]>();
  const results = lines.map((each): LineResult => {
    const { line } = each;
    const errors = refused.get(line);
    if (errors || 'errors' in each) return { line, result: 'refused', errors: errors ?? [] };
    const { collection, content } = each;
    const was = claims.get(identity(collection, content))?.was;
    if (!was) {
      append(creates, collection, content);
      return { line, result: 'created' };
    }
    if (isSame(collection, was, content)) return { line, result: 'unchanged', id: was.id };
    append(replaces, collection, { ...content, id: was.id });
    return { line, result: 'replaced', id: was.id };
  });
  return { results, creates, replaces };
}

/** Lines whose row would apply on a day on which another one of the same key does. */
function* overlaps(claims: readonly Claim[]): Generator<{ line: number; other: Claim }> {
  for (const rivals of Map.groupBy(claims, ({ collection, content }) => keyIn(collection, content)).values()) {
    rivals.sort((one, two) => (one.content.effectiveFrom < two.content.effectiveFrom ? -1 : 1));
    let last: Claim | undefined;
    for (const claim of rivals) {
      if (!last || claim.content.effectiveFrom >= last.content.effectiveTo) last = claim;
      else if (weightOf(claim) >= weightOf(last)) yield { line: claim.line ?? 0, other: last };
      else {
        yield { line: last.line ?? 0, other: claim };
        last = claim;
      }
    }
  }
}

/** The heavier of two that contradict each other has to go: what is there stays, and the earlier line comes first. */
const weightOf = ({ line, was, content, collection }: Claim): number =>
  line === undefined || (was && isSame(collection, was, content)) ? 0 : line;

const nameOf = ({ line, was, content }: Claim): string =>
  `${line === undefined ? `row ${was?.id}` : `line ${line}`} (${content.effectiveFrom} to ${content.effectiveTo})`;

const keyIn = (collection: Collection, content: Content): string => `${collection.name} ${keyOf(collection, content)}`;
const identity = (collection: Collection, content: Content): string =>
  `${keyIn(collection, content)} ${content.effectiveFrom}`;

const isSame = (collection: Collection, one: Content, two: Content): boolean =>
  Object.keys(columnsOf(collection)).every((field) => isDeepStrictEqual((one as never)[field], (two as never)[field]));

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
