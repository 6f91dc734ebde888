import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { Problem } from '#src/api/problem.ts';

export interface CeilingLimits {
  /** Requests being worked on. */
  requests: number;
  /** Bytes their bodies may take in memory. */
  bytes: number;
  /** Requests that mostly wait: streams of events, `Prefer: wait`. */
  streams: number;
  /** The most that one body may hold. */
  maxBodyBytes: number;
}

/** The places among the streams; the end of its answer gives a stream's place back. */
export interface Streams {
  /**
   * Moves a request out of the ceiling for work: it will wait rather than work from here on.
   *
   * @throws Problem OMS_OVERLOADED when there are as many as there may be
   */
  enter(response: Response): void;
}

/** Sheds what is too much for this process before its body is read: it must refuse some, or it will lose all. */
export function ceiling(limits: CeilingLimits): { admit: RequestHandler; streams: Streams } {
  const inWork = { requests: 0, bytes: 0 };
  let waiting = 0;
  const leaveWork = new WeakMap<Response, () => void>();

  const admit: RequestHandler = (request, response, next) => {
    const bytes = weightOf(request, limits.maxBodyBytes);
    // A body that fits into nothing is taken when it is alone.
    const fits = inWork.bytes === 0 || inWork.bytes + bytes <= limits.bytes;
    if (inWork.requests >= limits.requests || !fits) throw overloaded();
    inWork.requests++;
    inWork.bytes += bytes;
    const leave = once(() => void inWork.requests--);
    leaveWork.set(response, leave);
    response.once('close', () => {
      leave();
      // Who waits does no work, and its body is in memory all the same.
      inWork.bytes -= bytes;
    });
    next();
  };

  const enter = (response: Response): void => {
    if (response.closed) return;
    if (waiting >= limits.streams) throw overloaded();
    waiting++;
    response.once('close', () => void waiting--);
    leaveWork.get(response)?.();
  };

  return { admit, streams: { enter } };
}

/**
 * What a body may come to hold in memory. One that does not say its length, or says only how long it is compressed, counts as
 * the longest there may be; so does a longer one, which is a stream that is read piece by piece.
 */
function weightOf({ headers }: IncomingMessage, most: number): number {
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return most;
  return Math.min(Number(headers['content-length'] ?? 0), most);
}

const overloaded = (): Problem =>
  new Problem('OMS_OVERLOADED', 'this process has as much in hand as it can carry; try again in a moment', {
    retryAfterSeconds: 1,
  });

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
