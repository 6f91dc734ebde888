import { finished } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { Problem } from '../problem.ts';
import type { Outcome } from './accept-one.ts';
import type { OpenOutlet } from './answer-outlet.ts';
import { refuseOtherCharsets } from './body.ts';
import { parseJson } from './json.ts';
import { type Line, linesOf } from './lines.ts';
import { OrderedAnswers, type Window } from './ordered-answers.ts';
import { refuseUnstorable } from './refuse-unstorable.ts';

export const lineTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

/**
 * A thousand lines fill the inserts that are out and those that wait behind them; more would only lie in memory. Eight
 * megabytes of answers, some 50,000, are kept for a client that sends everything before it reads anything.
 */
const usual: Window = { lines: 1_000, bytes: 16 * 1024 * 1024, unread: 8 * 1024 * 1024 };

export interface LinesOptions {
  maxLineBytes: number;
  acceptOne(read: () => unknown): Promise<Outcome>;
  openOutlet: OpenOutlet;
  /** Why nobody may go on sending, when that is so; asked before each line. */
  ended(): Problem | undefined;
  /** Aborted when the process stops: what was read is answered, and the rest is for another one. */
  stopping: AbortSignal;
  window?: Window;
}

/**
 * Answers a stream of requests line by line while it comes in. Reading stops while the window is full, be it that the
 * database is slow or that nobody takes the answers: neither fills our memory. Once the database cannot be reached, or
 * the token has ended, what was read is answered, a last line with `"line": null` says how far that was, and the stream ends.
 */
export async function answerLines(
  request: Request,
  response: Response,
  { maxLineBytes, acceptOne, openOutlet, ended, stopping, window = usual }: LinesOptions,
): Promise<void> {
  refuseOtherCharsets(request);
  const compressed = isCompressed(request);
  await using outlet = await openOutlet({ request, response, stopping });
  response.status(200).set({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would keep the answers until there are many.
    'x-accel-buffering': 'no',
  });
  const answers = new OrderedAnswers(outlet.answers, window);
  let lastRead = 0;
  let stop: Problem | undefined;

  const outcomeOf = async ({ number, bytes }: Line): Promise<string> => {
    const outcome = await acceptOne(() => {
      if (bytes === undefined) throw new Problem('OMS_BODY_TOO_LARGE', `a line may have ${maxLineBytes} bytes`);
      const body = parseJson(bytes);
      refuseUnstorable(body);
      return body;
    });
    if ('problem' in outcome && outcome.status === 503) stop ??= outcome.problem;
    return `${JSON.stringify({ line: number, ...outcome })}\n`;
  };

  const bytes = compressed ? inflated(request) : request;
  try {
    reading: for await (const lines of linesOf(bytes.iterator({ destroyOnReturn: false }), maxLineBytes))
      for (const line of lines) {
        if (answers.isFull) await answers.room();
        if (stopping.aborted) stop ??= new Problem('OMS_OVERLOADED', 'this process stops; another one takes the rest');
        stop ??= outlet.exhausted ?? ended();
        if (answers.abandoned || stop) break reading;
        lastRead = line.number;
        answers.add(line.bytes?.length ?? 0, outcomeOf(line));
      }
  } catch (error) {
    // The connection broke (nobody is there to be told), or what came was no gzip.
    stop = new Problem('OMS_BODY_NOT_JSON', `the stream cannot be read any further: ${(error as Error).message}`);
  }
  await answers.written();
  if (stop)
    outlet.answers.write(`${JSON.stringify({ line: null, status: stop.status, problem: stopped(stop, lastRead) })}\n`);
  await outlet.send();
}

const stopped = (cause: Problem, lastRead: number): Problem =>
  new Problem(
    cause.code,
    `the stream was read as far as line ${lastRead}; send what comes after it, and the lines that were answered with 503, again (${cause.message})`,
  );

/** @throws Problem for encodings that we do not undo */
function isCompressed(request: Request): boolean {
  const encoding = (request.get('content-encoding') ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `lines may be encoded with gzip, not with ${encoding}`);
  return encoding === 'gzip';
}

function inflated(request: Request): ReturnType<typeof createGunzip> {
  const gunzip = createGunzip();
  finished(request, { writable: false }, (error) => error && gunzip.destroy(error));
  return request.pipe(gunzip);
}
