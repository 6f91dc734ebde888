import express, { type Request, type RequestHandler } from 'express';
import { Problem } from '../problem.ts';
import { parseJson } from './json.ts';
import { refuseUnstorable } from './refuse-unstorable.ts';

/** Reads a JSON body, and refuses what no document could carry before anything else looks at it. */
export const jsonBody = (maxBytes: number, { required = true } = {}): RequestHandler[] => [
  ...parsedBody(maxBytes, { required }),
  (request, _response, next) => {
    refuseUnstorable(request.body);
    next();
  },
];

/** Reads a JSON body as it is: one that holds many things, each of which is looked at for itself. */
export const parsedBody = (
  maxBytes: number,
  { wanted = 'the request as application/json', required = true } = {},
): RequestHandler[] => [
  express.raw({ limit: maxBytes, type: ['application/json', 'application/*+json'] }),
  (request, _response, next) => {
    if (request.body === undefined) throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `send ${wanted}`);
    refuseOtherCharsets(request);
    if (required && request.body.length === 0) throw emptyBody();
    request.body = request.body.length === 0 ? {} : parseJson(request.body);
    next();
  },
];

const emptyBody = () =>
  new Problem('OMS_BODY_INVALID', 'the body is empty', { errors: [{ field: '', message: 'the body is empty' }] });

/** @throws Problem when the content type names a charset that is not UTF-8 */
export function refuseOtherCharsets(request: Request): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.get('content-type') ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `the charset ${charset} is not UTF-8`);
}
