import Joi from 'joi';
import { isCursor } from './cursor.ts';
import { requestCursor } from './request-events.ts';

/** What the two ways to read events, page by page and as a stream, take and answer. */

const limit = Joi.number().integer().min(1).max(1_000).default(100).description('The most that one page holds');

export interface FeedQuery {
  /** A cursor, or `now`. */
  after?: string;
  limit: number;
}

export const feedCursor = Joi.string()
  .custom((text: string, { error }) => (isCursor(text) ? text : error('any.invalid')))
  .messages({ 'any.invalid': '{{#label}} must be a cursor of the status feed' });

export const feedQuery = Joi.object<FeedQuery>({
  after: Joi.alternatives(Joi.string().valid('now'), feedCursor).description(
    'The cursor of the last entry that was read: what comes after it is answered. Without it the feed is read from its beginning; `now` leaves out all that is there already',
  ),
  limit,
});

export interface RequestEventsQuery {
  after?: string;
  limit: number;
}

export const requestEventsCursor = Joi.string()
  .pattern(requestCursor)
  .messages({ 'string.pattern.base': '{{#label}} must be the id of an event of this request' });

export const requestEventsQuery = Joi.object<RequestEventsQuery>({
  after: requestEventsCursor.description('The id of the last event that was read; without it all are answered'),
  limit,
});

const uuid = Joi.string().guid();
const instant = Joi.string().isoDate();
const cursor = Joi.string().example('70514-1042');

const statusEventSchema = Joi.object({
  cursor: cursor.required().description('Its place in the feed'),
  id: uuid.required().description('The id of the CloudEvent; the same however often the event is published'),
  type: Joi.string().required().example('com.oms.document.status.final.v1'),
  subject: uuid.required().description('The id of the request'),
  topic: Joi.string().required().description('The Kafka topic it was published to').example('oms.invoice-documents'),
  partition: Joi.number().integer().allow(null).required().description('Null when there is no broker'),
  offset: Joi.string().allow(null).required(),
  publishedAt: instant.required(),
  data: Joi.object({
    requestId: uuid.required(),
    correlationId: Joi.string().required(),
    sourceSystem: Joi.string().required(),
    documentType: Joi.string().required(),
    documentName: Joi.string().required(),
    status: Joi.string().valid('COMPLETED', 'REJECTED', 'FAILED', 'STOPPED', 'CANCELLED').required(),
    batch: Joi.object({
      id: uuid.required(),
      thunderheadBatchId: Joi.number().integer().required(),
      name: Joi.string().required(),
    })
      .allow(null)
      .required()
      .description('The hand-over to Thunderhead; null when there was none'),
    dmsDocumentId: Joi.number().integer().allow(null).required(),
    errors: Joi.array()
      .items(
        Joi.object({
          stage: Joi.string().required(),
          category: Joi.string().required(),
          code: Joi.string().required(),
          description: Joi.string().required(),
        }).unknown(),
      )
      .required(),
    attempt: Joi.number().integer().min(1).required(),
    statusVersion: Joi.number().integer().min(1).required().description('Grows with every retrigger'),
    occurredAt: instant.required(),
  })
    .unknown()
    .required(),
}).meta({ component: 'StatusEvent' });

export const feedPageSchema = Joi.object({
  items: Joi.array().items(statusEventSchema).required(),
  next: cursor
    .allow(null)
    .required()
    .description('Send it back as `after` to read on; null when nothing was ever read'),
}).meta({ component: 'FeedPage' });

const eventId = Joi.string().description('Send it back as `after` or `Last-Event-ID` to read on').example('5117');

export const requestEventsSchema = Joi.object({
  items: Joi.array()
    .items(
      Joi.object({
        id: eventId.required(),
        event: Joi.string().valid('step', 'status').required(),
        data: Joi.object()
          .unknown()
          .required()
          .description(
            'Of a step: from, to, stage, reason, actor, at. Of a status: the request, as it is read by its id',
          ),
      }).meta({ component: 'RequestEvent' }),
    )
    .required(),
  next: eventId.allow(null).required(),
  final: Joi.boolean().required().description('The request has ended, and nothing comes after these'),
}).meta({ component: 'RequestEvents' });
