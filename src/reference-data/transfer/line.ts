import { parseJson } from '#src/api/intake/json.ts';
import { refuseUnstorable } from '#src/api/intake/refuse-unstorable.ts';
import { type FieldError, Problem } from '#src/api/problem.ts';
import { type Collection, type CollectionName, type Content, collectionNames } from '../collections/collection.ts';
import { collectionOf } from '../collections/index.ts';
import { checkContent } from '../operations/content.ts';

/**
 * A line of a file: a row without ids and versions, which are each system's own. What a row is about, and the day from
 * which it applies, say which row is meant.
 */
export type FileRow = Content & { collection: CollectionName };

/** A line that was read, or what is wrong with it. */
export type Line = { line: number } & (
  | { collection: Collection; content: Content }
  | { errors: readonly FieldError[] }
);

/** Never throws for what a line holds. `line`: its number, from 1. */
export function readLine(line: number, text: Uint8Array): Line {
  try {
    const parsed = parseJson(text);
    refuseUnstorable(parsed);
    const { collection: name, ...fields } = Object(parsed) as Partial<FileRow>;
    if (!name || !collectionNames.includes(name))
      return wrong(line, 'collection', `collection must be one of ${collectionNames.join(', ')}`);
    const collection = collectionOf(name);
    const { content, errors } = checkContent(collection, fields);
    return errors ? { line, errors } : { line, collection, content };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.errors.length > 0 ? { line, errors: error.errors } : wrong(line, '', error.message);
  }
}

const wrong = (line: number, field: string, message: string): Line => ({ line, errors: [{ field, message }] });
