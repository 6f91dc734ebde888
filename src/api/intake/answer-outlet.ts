import type { Writable } from 'node:stream';
import type { Request, Response } from 'express';
import type { Problem } from '../problem.ts';

/** The way that the answers to lines take to the client. Disposing of it gives back what it holds. */
export interface AnswerOutlet extends AsyncDisposable {
  /** Takes answers as they are made. It is destroyed when the client has hung up, or when it cannot take any more. */
  readonly answers: Writable;
  /** Why no more may be read, when that is so. */
  readonly exhausted: Problem | undefined;
  /** Ends the answers. Resolves when they are on their way, or nobody is there to have them. */
  send(): Promise<void>;
}

export interface Exchange {
  request: Request;
  response: Response;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
}

export type OpenOutlet = (exchange: Exchange) => Promise<AnswerOutlet>;

/** Straight to the client, while it is still sending. */
export const duringUpload: OpenOutlet = async ({ request, response }) => ({
  answers: response,
  exhausted: undefined,
  async send() {
    response.end();
    passOver(request);
  },
  [Symbol.asyncDispose]: async () => undefined,
});

/** What still comes is thrown away, or a client that sends everything before it reads would never see its answers. */
export function passOver(request: Request): void {
  request.unpipe();
  request.resume();
}
