import Joi from 'joi';
import { statuses } from './list-query.ts';

/** What a request, and everything about it, looks like to its clients. `request-view.ts` has the same as types. */

const moment = Joi.string().isoDate().description('RFC 3339, in UTC').example('2026-11-21T08:00:00.000Z');
const count = Joi.number().integer().min(0);
const id = Joi.string().guid().example('019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10');
const orNull = (schema: Joi.Schema, when: string) => schema.allow(null).required().description(when);
const required = (schema: Joi.Schema, description: string) => schema.required().description(description);
const address = Joi.string().uri({ relativeOnly: true });

const batchStatus = Joi.string().valid(
  ...['PROCESSING_OMS', 'PROCESSING_THUNDERHEAD', 'STOPPED_THUNDERHEAD'],
  ...['FAILED_OMS', 'FAILED_THUNDERHEAD', 'COMPLETED'],
);

const handover = {
  id: required(id, 'our own id of it'),
  thunderheadBatchId: orNull(
    Joi.number().integer().example(76_647),
    "Thunderhead's number of it; null until it is confirmed that Thunderhead has it",
  ),
  name: required(Joi.string(), 'the name it has at Thunderhead'),
  transactionNo: required(count.min(1), 'which of the documents that travel in it'),
  transactionCount: required(count.min(1), 'how many documents travel in it'),
  status: required(
    batchStatus,
    "where it stands; an end is Thunderhead's last word on it. PROCESSING_OMS: intended, and not confirmed; FAILED_OMS: not accepted",
  ),
  dmsDocumentId: orNull(Joi.number().integer().example(8_888), 'of the finished document; null until there is one'),
};

const latestBatch = Joi.object(handover).meta({ component: 'LatestBatch' });

const stageErrorSchema = Joi.object({
  stage: required(Joi.string().example('poll'), 'where it went wrong'),
  category: required(Joi.string().example('THUNDERHEAD_ERROR'), 'groups the codes'),
  code: required(Joi.string().example('OMS_BATCH_ERRORED'), 'stable; for programs'),
  description: required(Joi.string(), 'one sentence; for people'),
  details: orNull(Joi.any(), 'what else is known; differs by code'),
  attempts: required(count, 'how often it went wrong there'),
  firstFailedAt: required(moment, 'when it went wrong first'),
  lastFailedAt: required(moment, 'when it went wrong last'),
  nextRetryAt: orNull(moment, 'when it is tried again; null: it was given up'),
  fingerprint: orNull(
    Joi.string()
      .pattern(/^[0-9a-f]{16}$/)
      .example('9b6c40d1e8937a92'),
    'the same for all failures of one cause; null: from before there were fingerprints',
  ),
}).meta({ component: 'StageError' });

export const linksSchema = Joi.object({
  self: required(address, 'where the request stands'),
  history: required(address, 'every step it has made'),
  batches: required(address, 'its hand-overs to Thunderhead'),
  events: required(address, 'its steps as they happen'),
  document: required(address, 'the PDF'),
  cancel: required(address, 'takes it back, with a POST'),
}).meta({ component: 'RequestLinks' });

export const requestSchema = Joi.object({
  id: required(id, 'of the request'),
  status: required(Joi.string().valid(...statuses), 'where it stands; an end is shown once its event was published'),
  stage: required(Joi.string().example('poll'), 'the stage it stands at, or stood at last'),
  documentType: required(Joi.string().example('INVOICE'), 'as it was asked for'),
  documentName: required(Joi.string().example('IVZRECPA'), 'as it was asked for'),
  documentLanguage: required(Joi.string().example('nb-NO'), 'BCP 47'),
  sourceSystem: required(Joi.string().example('ARCADE'), 'which system asked'),
  sourceEnvironment: required(Joi.string().valid('DEV', 'TEST', 'ACC', 'PROD'), 'and where it runs'),
  requestCorrelationId: required(Joi.string(), "the client's own id; one for each source system"),
  priority: required(count.max(9), '0 to 9'),
  notBefore: orNull(moment, 'not worked on before; null: at once'),
  attempt: required(count.min(1), '1, and one more each time an operator sets it going again'),
  receivedAt: required(moment, 'when it was taken in'),
  endedAt: orNull(moment, 'when its end was published; null while it is under way'),
  batch: orNull(latestBatch, 'the latest hand-over to Thunderhead; null before the first'),
  errors: required(Joi.array().items(stageErrorSchema), 'why it does not get on, or did not: newest first'),
  links: required(linksSchema, 'where to go on from here'),
}).meta({ component: 'RequestView' });

export const requestPageSchema = Joi.object({
  items: required(Joi.array().items(requestSchema), 'newest first'),
  next: orNull(
    Joi.string().example('AZqlsm8cfD6dQT9qLJt-EA'),
    'send it back as `after` to read on; null at the end. A page may be short, even empty, and yet have a `next`',
  ),
  total: count.description('how many there are in all; only when asked for with `total=true`'),
  totalCapped: Joi.boolean().description('true: there may be more than `total`, they were not all counted'),
  links: required(
    Joi.object({ self: address.required(), next: address.allow(null).required() }),
    'this page, and the next one',
  ),
}).meta({ component: 'RequestPage' });

export const historySchema = Joi.object({
  items: required(
    Joi.array().items(
      Joi.object({
        from: orNull(Joi.string().example('submit'), 'a stage, or the result it had ended with; null for the first'),
        to: required(Joi.string().example('poll'), 'a stage, or the result it ended with'),
        stage: required(Joi.string().example('submit'), 'the stage that moved it'),
        reason: required(Joi.string().allow(''), 'why; for people'),
        actor: required(Joi.string().example('worker'), 'who moved it'),
        at: required(moment, 'when'),
      }).meta({ component: 'HistoryEntry' }),
    ),
    'oldest first',
  ),
}).meta({ component: 'History' });

const counted = (names: readonly string[]) =>
  Joi.object(Object.fromEntries(names.map((name) => [name, count.required()])));

export const batchesSchema = Joi.object({
  items: required(
    Joi.array().items(
      Joi.object({
        ...handover,
        attempt: required(count.min(1), 'the attempt of the request that made it'),
        statusText: required(Joi.string().allow(''), "Thunderhead's own words"),
        transactions: orNull(
          counted(['count', 'completed', 'errored', 'stopped', 'workflow']),
          'how its transactions went; null until it is final',
        ),
        channelJobs: orNull(
          counted(['created', 'completed', 'errored', 'stopped', 'workflow']),
          'how its channel jobs went; null until it is final',
        ),
        createdAt: required(moment, 'when it was intended'),
        sentAt: orNull(moment, 'when it was sent; null when it was not, or when it is not known yet'),
        unknownAt: orNull(moment, 'when it was left without an answer that tells whether it was accepted; null: never'),
        confirmedAt: orNull(moment, 'when Thunderhead was heard to have it'),
        updatedAt: required(moment, 'when its status was learnt'),
      }).meta({ component: 'Batch' }),
    ),
    'oldest first',
  ),
}).meta({ component: 'Batches' });

const byStatus = required(counted(statuses), 'how many have which status').meta({ component: 'CountsByStatus' });

export const summarySchema = Joi.object({
  countedAt: required(moment, 'the moment that all numbers are of'),
  total: required(count, 'all requests that the caller may see'),
  statuses: byStatus,
  stages: required(
    Joi.array().items(
      Joi.object({
        stage: required(Joi.string().example('poll'), 'in the order they are passed'),
        inFlight: required(count, 'how many stand there and have not ended'),
        oldestReceivedAt: orNull(moment, 'when the oldest of them was received; null when there is none'),
        oldestAgeSeconds: orNull(Joi.number().min(0), 'how long ago that was'),
      }).meta({ component: 'StageSummary' }),
    ),
    'what is in flight',
  ),
  sources: required(
    Joi.array().items(
      Joi.object({
        sourceSystem: required(Joi.string().example('ARCADE'), 'which system asked'),
        total: required(count, 'all of its requests'),
        statuses: byStatus,
      }).meta({ component: 'SourceSummary' }),
    ),
    'each source system that has requests, by name',
  ),
}).meta({ component: 'RequestSummary' });
