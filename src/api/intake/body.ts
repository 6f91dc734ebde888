import express, { type Request, type RequestHandler } from 'express';
import { Problem } from '../problem.ts';
import { parseJson } from './json.ts';
import { refuseUnstorable } from './storable.ts';

/** Reads a JSON body, and refuses what no document could carry before anything else looks at it. */
export const jsonBody = (maxBytes: number): RequestHandler[] => [
  ...parsedBody(maxBytes),
  (request, _response, next) => {
    refuseUnstorable(request.body);
    next();
  },
];

/** Reads a JSON body as it is: one that holds many things, each of which is looked at for itself. */
export const parsedBody = (maxBytes: number, wanted = 'the request as application/json'): RequestHandler[] => [
  express.raw({ limit: maxBytes, type: ['application/json', 'application/*+json'] }),
  (request, _response, next) => {
    if (request.body === undefined) throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `send ${wanted}`);
    refuseOtherCharsets(request);
    request.body = request.body.length === 0 ? {} : parseJson(request.body);
    next();
  },
];

/** @throws Problem when the content type names a charset that is not UTF-8 */
export function refuseOtherCharsets(request: Request): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.get('content-type') ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `the charset ${charset} is not UTF-8`);
}
