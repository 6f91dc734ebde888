import type { Request, RequestHandler } from 'express';
import Joi from 'joi';
import { type Operation, operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { acceptOne } from './accept-one.ts';
import { parsedBody } from './body.ts';
import { answerArray, mostItems } from './bulk-array.ts';
import { answerLines, lineTypes } from './bulk-lines.ts';
import { documentRequestSchema } from './document-request.ts';
import { arrayExamples, linesExamples } from './examples.ts';
import { answerOnce, idempotencyKey, idempotencyReplayed } from './idempotency.ts';
import { readIdempotencyKey } from './idempotency-header.ts';
import type { IntakePorts } from './operations.ts';
import { bulkLineSchema, bulkResultSchema } from './schemas.ts';
import { tokenEnded } from './token-end.ts';

const description = `Each request is taken in or refused for itself, as if it had been posted alone.

**As a JSON array** of up to ${mostItems.toLocaleString('en')}: the answer is 200 with an entry for each, in their order, whatever became of them.

**As lines** (\`application/x-ndjson\`, one request a line), as many as you like: each is answered with a line of its own, in their order. Lines may be compressed with gzip; blank ones are passed over. When the answers come depends on what you call:

* The API itself answers while you are still sending. Read the answers while you send: some 50,000 of them are kept for you, then nothing more is read until you do.
* Through the edge they begin when your upload has ended, and you need not read before. They are kept on disk until then: 256 MB of them, some 1.7 million; an upload that is longer is read no further, as a last line with \`"line": null\` says.

So read while you send, but do not wait for an answer before you send on.

What was answered with 202 is on disk and stays accepted, also when the connection breaks. To go on after a break, send everything that was not answered again, or simply everything: the same request under the same correlation id is taken in once (\`repeated\`). When the database cannot be reached, the lines that were read are answered with 503, a last line with \`"line": null\` says how far that was, and the answers end. So they do, with 401, when your token ends during the upload.`;

/** Many requests at once. */
export const bulkOperation = ({ intake, keys, maxBodyBytes, openOutlet, log, stopping }: IntakePorts): Operation =>
  operation({
    id: 'createDocumentRequests',
    method: 'post',
    path: '/document-requests/bulk',
    tag: 'Document requests',
    summary: 'Ask for many documents',
    description,
    scopes: ['oms.request'],
    headers: idempotencyKey,
    body: {
      content: {
        'application/json': {
          schema: Joi.array().items(documentRequestSchema).min(1).max(mostItems),
          examples: arrayExamples,
        },
        'application/x-ndjson': {
          schema: Joi.string().description('a DocumentRequest on each line'),
          examples: linesExamples,
        },
      },
      read: parsedBody(maxBodyBytes, {
        wanted: 'a JSON array as application/json, or lines as application/x-ndjson',
      }).map(unlessLines),
    },
    answers: {
      200: {
        description: 'What became of each',
        content: {
          'application/json': { schema: bulkResultSchema },
          'application/x-ndjson': { schema: bulkLineSchema },
        },
        headers: idempotencyReplayed,
      },
    },
    problems: ['OMS_IDEMPOTENCY_KEY_INVALID', 'OMS_IDEMPOTENCY_KEY_REUSED', 'OMS_IDEMPOTENCY_KEY_IN_USE'],
    async handle(call) {
      const { request, response } = call;
      const accept = (read: () => unknown) => acceptOne(read, call, { intake, log });
      const ended = () => tokenEnded(call.caller);
      if (!isLines(request)) {
        const refusal = ended();
        if (refusal) throw refusal;
        return answerOnce(keys, call, () => answerArray(request.body, accept));
      }
      if (readIdempotencyKey(request) !== undefined)
        throw new Problem(
          'OMS_IDEMPOTENCY_KEY_INVALID',
          'lines take no Idempotency-Key: they may be sent again without, thanks to their correlation ids',
        );
      const options = { maxLineBytes: maxBodyBytes, acceptOne: accept, openOutlet, ended, stopping };
      await answerLines(request, response, options);
    },
  });

const isLines = (request: Request): boolean => Boolean(request.is([...lineTypes]));

/** Lines are not read before they are handled. */
const unlessLines =
  (handler: RequestHandler): RequestHandler =>
  (request, response, next) =>
    isLines(request) ? next() : handler(request, response, next);
