import type { RequestHandler } from 'express';
import Joi from 'joi';
import type { Clock } from '#processors/engine/clock.ts';
import { type CancelParts, cancelAndRing } from '#queues/cancel.ts';
import type { Logger } from '#src/platform/log.ts';
import { checked } from '../checked.ts';
import { jsonBody } from '../intake/body.ts';
import { type Operation, operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { foundRequest, linksOf, requestPath } from './found-request.ts';
import { linksSchema } from './schemas.ts';

export interface CancelPorts extends CancelParts {
  clock: Clock;
  log: Pick<Logger, 'info'>;
}

/** A sentence, not a document. Bytes. */
const maxBodyBytes = 8_192;

const bodySchema = Joi.object<{ reason: string }>({
  reason: Joi.string()
    .min(1)
    .max(500)
    .default('no reason given')
    .description('Why; kept in the history of the request'),
});

const answer = Joi.object({
  id: Joi.string().guid().required(),
  status: Joi.string()
    .valid('QUEUED', 'PROCESSING', 'CANCELLED')
    .required()
    .description('`PROCESSING` until it is decided; follow the request to learn how it ends'),
  links: linksSchema.required(),
});

/** Taking a request back. */
export const cancelOperations = ({ clock, log, ...parts }: CancelPorts): Operation[] => [
  operation({
    id: 'cancelDocumentRequest',
    method: 'post',
    path: '/document-requests/{id}/cancel',
    tag: 'Document requests',
    summary: 'Take a request back',
    description:
      'Before the hand-over to Thunderhead the request ends as `CANCELLED` and no document is ever made. After it Thunderhead is asked to stop: the request ends as `CANCELLED` when it did, and as it would have ended otherwise when the document was faster. Either way the final status is published. Repeating it changes nothing.',
    scopes: ['oms.request', 'oms.admin'],
    parameters: { path: requestPath },
    body: {
      required: false,
      content: {
        'application/json': {
          schema: bodySchema.description('May be left out'),
          examples: { reason: { summary: 'With a reason', value: { reason: 'The policy was corrected' } } },
        },
      },
      read: jsonBody(maxBodyBytes, { required: false }).map(onlyWithBody),
    },
    answers: {
      202: { description: 'The wish is noted', content: { 'application/json': { schema: answer } } },
    },
    problems: ['OMS_REQUEST_NOT_FOUND', 'OMS_REQUEST_NOT_CANCELLABLE', 'OMS_BODY_INVALID'],
    async handle({ request, response, path, caller, ownSources, sources }) {
      const { reason } = checked(bodySchema, request.body ?? {}, {
        code: 'OMS_BODY_INVALID',
        detail: 'some fields are wrong or unknown',
      });
      const isAdmin = caller.scopes.has('oms.admin');
      // Who may read everything may not take everything back.
      const allowed = isAdmin ? sources : ownSources;
      const { pool, pipeline } = parts;
      const firstStage = pipeline.stages[0].name;
      const { id } = await foundRequest({ pool, firstStage }, path.id, allowed);
      const actor = `${isAdmin ? 'admin' : 'client'}:${caller.client}`;
      const answered = await cancelAndRing(parts, { id, actor, reason, now: clock.now() });
      const { status } = await foundRequest({ pool, firstStage }, id, allowed);
      if (!answered?.heard)
        throw new Problem('OMS_REQUEST_NOT_CANCELLABLE', `request ${id} is ${status}, and its end is known already`);
      log.info({ requestId: id, actor }, 'asked to cancel');
      const links = linksOf(id);
      response.status(202).location(links.self).json({ id, status, links });
    },
  }),
];

const onlyWithBody =
  (read: RequestHandler): RequestHandler =>
  (request, response, next) =>
    Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding']
      ? read(request, response, next)
      : next();
