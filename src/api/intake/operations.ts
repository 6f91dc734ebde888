import Joi from 'joi';
import type { Pool } from 'pg';
import type { Logger } from '#src/platform/log.ts';
import { type Operation, operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { linksOf, requestAddress } from '../requests/found-request.ts';
import { findRequest } from '../requests/request-view.ts';
import { requestSchema } from '../requests/schemas.ts';
import { type PreferredWait, preferenceApplied, preferHeader } from '../waiting/prefer-wait.ts';
import { readPermitted } from './accept-one.ts';
import type { OpenOutlet } from './answer-outlet.ts';
import { jsonBody } from './body.ts';
import { bulkOperation } from './bulk.ts';
import { documentRequestSchema } from './document-request.ts';
import { requestExamples } from './examples.ts';
import { type Answer, answerOnce, idempotencyKey, idempotencyReplayed } from './idempotency.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { Intake } from './intake.ts';
import { acceptedSchema } from './schemas.ts';

export interface IntakePorts {
  pool: Pool;
  intake: Intake;
  keys: IdempotencyKeys;
  firstStage: string;
  maxBodyBytes: number;
  preferredWait: PreferredWait;
  /** For the answers to lines. */
  openOutlet: OpenOutlet;
  log: Pick<Logger, 'error'>;
  /** Aborted when the process stops. */
  stopping: AbortSignal;
}

const description = `When it is answered the request is on disk. The same request again, by its source system and correlation id, is answered with the first; another body under the same correlation id with 409. So a request without an answer may simply be sent again; an \`Idempotency-Key\` is for clients that want the very same answer.`;

/** How document requests come in. */
export const intakeOperations = (ports: IntakePorts): Operation[] => [createOperation(ports), bulkOperation(ports)];

const createOperation = ({ pool, intake, keys, firstStage, maxBodyBytes, preferredWait }: IntakePorts): Operation =>
  operation({
    id: 'createDocumentRequest',
    method: 'post',
    path: '/document-requests',
    tag: 'Document requests',
    summary: 'Ask for a document',
    description,
    scopes: ['oms.request'],
    headers: { ...idempotencyKey, ...preferHeader },
    body: {
      content: { 'application/json': { schema: documentRequestSchema, examples: requestExamples } },
      read: jsonBody(maxBodyBytes),
    },
    answers: {
      200: {
        description:
          'Taken in, and within the time that `Prefer: wait` gave it has got as far as was asked: the request',
        content: { 'application/json': { schema: requestSchema } },
        headers: preferenceApplied,
      },
      202: {
        description: 'Taken in',
        content: { 'application/json': { schema: acceptedSchema } },
        headers: { Location: locationHeader, ...idempotencyReplayed },
      },
    },
    problems: [
      'OMS_SOURCE_FORBIDDEN',
      'OMS_CALLBACK_FORBIDDEN',
      'OMS_CORRELATION_ID_TAKEN',
      'OMS_IDEMPOTENCY_KEY_INVALID',
      'OMS_IDEMPOTENCY_KEY_REUSED',
      'OMS_IDEMPOTENCY_KEY_IN_USE',
    ],
    async handle(call) {
      const { request, response, caller } = call;
      if (Array.isArray(request.body)) throw manyRequests();
      const asked = readPermitted(request.body, call);
      await answerOnce(keys, call, async (): Promise<Answer> => {
        const { id, repeated } = await intake.accept(asked, caller.client);
        const links = linksOf(id);
        const reached = await preferredWait(request, response, id);
        if (reached)
          return {
            status: 200,
            headers: { location: links.self, 'content-location': links.self },
            body: { ...(await findRequest(pool, id, firstStage)), links },
          };
        const status = repeated || reached === false ? (await findRequest(pool, id, firstStage))?.status : 'QUEUED';
        return { status: 202, headers: { location: links.self }, body: { id, status, links } };
      });
    },
  });

const manyRequests = () =>
  new Problem('OMS_BODY_INVALID', 'the body must be one request', {
    errors: [{ field: '', message: `is an array; many requests go to ${requestAddress}/bulk` }],
  });

const locationHeader = { description: 'Where the request stands', schema: Joi.string().uri({ relativeOnly: true }) };
