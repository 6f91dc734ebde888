import type { Request, Response } from 'express';
import { Problem } from '#src/api/problem.ts';
import type { Stored } from '../collections/collection.ts';

/** RFC 9110, section 13: who changes a row says which version he knows; who has it already is not sent it again. */

/** A strong one: the version, in quotes. */
export const etagOf = ({ version }: Pick<Stored, 'version'>): string => `"${version}"`;

/** @throws Problem OMS_PRECONDITION_REQUIRED (RFC 6585), OMS_PARAMETER_INVALID */
export function ifMatch(request: Request): (row: Stored) => boolean {
  const header = request.get('if-match');
  if (header === undefined)
    throw new Problem('OMS_PRECONDITION_REQUIRED', 'send the ETag of the row you have read as If-Match');
  const tags = tagsIn(header);
  if (header.trim() !== '*' && !isListOf(tags, header)) throw noEntityTags();
  // A strong comparison: a weak tag never matches.
  return (row) => header.trim() === '*' || tags.includes(etagOf(row));
}

/** Sets the ETag; true: the caller has it, and was answered with 304. */
export function notModified(request: Request, response: Response, etag: string): boolean {
  response.set({ etag, 'cache-control': 'private, no-cache' });
  const header = request.get('if-none-match');
  if (header === undefined) return false;
  const known = header.trim() === '*' || tagsIn(header).some((tag) => tag.replace(/^W\//, '') === etag);
  if (known) response.status(304).end();
  return known;
}

const tag = /(?:W\/)?"[^"]*"/g;

const tagsIn = (header: string): string[] => header.match(tag) ?? [];

/** Nothing beside the tags but what separates them. */
const isListOf = (tags: readonly string[], header: string): boolean =>
  tags.length > 0 && /^[\s,]*$/.test(header.replace(tag, ''));

/** RFC 9110, section 8.8.3 */
const noEntityTags = () =>
  new Problem('OMS_PARAMETER_INVALID', 'If-Match is not a list of entity tags', {
    errors: [{ field: 'If-Match', message: 'an entity tag stands in quotes, like "3"' }],
  });
