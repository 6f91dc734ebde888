import type { RequestHandler, Response } from 'express';
import { Problem } from '#src/api/problem.ts';

export interface MinimumDataRate {
  /** How often is looked. */
  windowMs: number;
  /** What must have come since the last look. */
  bytes: number;
  /** How long the rest of a body may go on coming after its request was answered. */
  lingerMs: number;
}

/** A line of NDJSON in half a minute. Slower is nobody's network, but somebody who wants to hold a connection. */
const usual: MinimumDataRate = { windowMs: 30_000, bytes: 1_024, lingerMs: 10_000 };

/**
 * An upload may last for hours, so it has no time limit; it must move. What this process has received and not yet looked at
 * is not held against the client: then it is we who are slow.
 */
export const demandDataRate =
  ({ windowMs, bytes, lingerMs }: MinimumDataRate = usual): RequestHandler =>
  (request, response, next) => {
    const { headers, socket } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return next();
    let seen = socket.bytesRead;
    const looking = setInterval(() => {
      if (request.complete) return clearInterval(looking);
      const moved = socket.bytesRead - seen;
      seen = socket.bytesRead;
      if (moved >= bytes || request.readableLength > 0) return;
      clearInterval(looking);
      giveUp(response, `less than ${bytes} bytes came in ${windowMs / 1_000} s`);
    }, windowMs).unref();
    response.once('finish', () => {
      if (request.complete) return;
      // Closed at once, the answer would be lost to a client that is still sending.
      setTimeout(() => request.complete || request.destroy(), lingerMs).unref();
    });
    request.once('close', () => clearInterval(looking));
    next();
  };

/** The handler waits for a body that will not come: the answer is given over its head, and the connection ended. */
function giveUp(response: Response, why: string): void {
  if (response.headersSent) return void response.destroy();
  const problem = new Problem('OMS_BODY_TOO_SLOW', why);
  response
    .writeHead(problem.status, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify(problem));
}
