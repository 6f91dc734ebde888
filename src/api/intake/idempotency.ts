import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import Joi from 'joi';
import type { Call, HeaderDescription } from '../operation.ts';
import { Problem } from '../problem.ts';
import { readIdempotencyKey } from './idempotency-header.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';

/** What a client is told. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
  /** Part of it failed on our side: it is not kept, so that the same request may be sent again under the same key. */
  unfinished?: boolean;
}

/**
 * Answers a call with what `work` comes to; under an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) that
 * was answered in the last 24 hours, with that answer again. Only answers that took something in are kept: after an
 * error nothing has happened, and the key is free for the corrected request.
 *
 * @throws Problem OMS_IDEMPOTENCY_KEY_INVALID, _REUSED, _IN_USE, and whatever `work` throws
 */
export async function answerOnce(
  keys: IdempotencyKeys,
  { request, response, caller }: Pick<Call, 'request' | 'response' | 'caller'>,
  work: () => Promise<Answer>,
): Promise<void> {
  const key = readIdempotencyKey(request);
  if (key === undefined) return send(response, await work());
  const claim = await keys.claim(caller.client, key, fingerprintOf(request));
  if (claim.kind === 'answered') return send(response.set('idempotency-replayed', 'true'), claim.answer as Answer);
  if (claim.kind === 'reused')
    throw new Problem('OMS_IDEMPOTENCY_KEY_REUSED', 'this key belongs to another request; take a new one');
  if (claim.kind === 'busy')
    throw new Problem('OMS_IDEMPOTENCY_KEY_IN_USE', 'the first request with this key has not been answered yet', {
      retryAfterSeconds: 1,
    });
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    await claim.release();
    throw error;
  }
  await (answer.unfinished ? claim.release() : claim.keep(answer));
  send(response, answer);
}

function send(response: Response, { status, headers = {}, body }: Answer): void {
  response.status(status).set(headers).json(body);
}

/** The same request, however it is spaced. */
const fingerprintOf = ({ method, baseUrl, path, body }: Request): Buffer =>
  createHash('sha256').update(`${method} ${baseUrl}${path}\n`).update(written(body)).digest();

/** @throws Problem OMS_BODY_TOO_DEEP for what can be read, and not written again */
function written(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new Problem('OMS_BODY_TOO_DEEP', 'it is nested too deeply to be told from another under an Idempotency-Key');
  }
}

/** For the description of operations that are answered once. */
export const idempotencyKey: Record<string, HeaderDescription> = {
  'Idempotency-Key': {
    description:
      'A key of your own for this request, a UUID for example, bare or as a quoted string. Sent again with the same body in the next 24 hours, the request is answered as it was the first time; keys are yours alone. Errors are not kept: the corrected request may use the same key.',
    schema: Joi.string().min(1).max(257).example('"8e03978e-40d5-43e8-bc93-6894a57f9324"'),
  },
};

export const idempotencyReplayed: Record<string, HeaderDescription> = {
  'Idempotency-Replayed': {
    description: 'The answer is that of an earlier request with the same Idempotency-Key',
    schema: Joi.string().valid('true').example('true'),
  },
};
