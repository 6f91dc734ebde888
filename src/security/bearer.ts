import type { IncomingMessage } from 'node:http';
import { tokenInvalid, tokenMissing } from './challenges.ts';

/** RFC 6750, section 2.1. */
const bearer = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * The token of a request: exactly one, in exactly one Authorization header. Node keeps the first of several and others
 * keep the last, so what the edge has checked might not be what is used; with two, nobody is let in.
 * @throws Problem OMS_TOKEN_MISSING, OMS_TOKEN_INVALID
 */
export function bearerOf(request: Pick<IncomingMessage, 'headersDistinct'>): string {
  const [header, ...more] = request.headersDistinct.authorization ?? [];
  if (more.length > 0) throw tokenInvalid('there is more than one Authorization header');
  if (header === undefined || !/^Bearer( |$)/i.test(header))
    throw tokenMissing('send your token as Authorization: Bearer <token>');
  const token = bearer.exec(header)?.[1];
  if (token === undefined) throw tokenInvalid('the Authorization header does not hold one bearer token');
  return token;
}
