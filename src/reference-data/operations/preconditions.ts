import type { Request, Response } from 'express';
import { Problem } from '#src/api/problem.ts';
import type { Stored } from '../collections/collection.ts';

/** RFC 9110, section 13: who changes a row says which version he knows; who has it already is not sent it again. */

/** A strong one: the version, in quotes. */
export const etagOf = ({ version }: Pick<Stored, 'version'>): string => `"${version}"`;

/** @throws Problem OMS_PRECONDITION_REQUIRED (RFC 6585) */
export function ifMatch(request: Request): (row: Stored) => boolean {
  const header = request.get('if-match');
  if (header === undefined)
    throw new Problem('OMS_PRECONDITION_REQUIRED', 'send the ETag of the row you have read as If-Match');
  const tags = tagsIn(header);
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

const tagsIn = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];
