import Joi from 'joi';
import type { RequestStatus } from '#processors/document/ports.ts';
import { code, moment, printable } from '../rules.ts';
import { hexOf, uuidOf } from './uuid-hex.ts';

/** Which requests are asked for; all that is given must be true of a request. */
export interface RequestFilter {
  status?: readonly RequestStatus[];
  stage?: readonly string[];
  sourceSystem?: string;
  documentType?: string;
  documentName?: string;
  requestCorrelationId?: string;
  errorCode?: string;
  /** RFC 3339; inclusive. */
  receivedFrom?: string;
  /** RFC 3339; exclusive. */
  receivedTo?: string;
}

export interface ListQuery extends RequestFilter {
  limit: number;
  /** The id the page before ended with. */
  after?: string;
  total: boolean;
}

export const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'REJECTED', 'FAILED', 'STOPPED', 'CANCELLED'] as const;

/** `?status=FAILED,STOPPED` and `?status=FAILED&status=STOPPED` mean the same. */
const listOf = (...values: readonly string[]): Joi.Schema => {
  const withList = Joi.extend((joi) => ({
    type: 'list',
    base: joi.array(),
    coerce: { from: 'string', method: (text: string) => ({ value: text.split(',') }) },
  })) as { list(): Joi.ArraySchema };
  return withList
    .list()
    .items(Joi.valid(...values))
    .min(1)
    .max(values.length)
    .single()
    .meta({ jsonSchema: { type: 'array', items: { type: 'string', enum: values } } });
};

/** `stages`: those of the pipeline, which alone may be asked for. */
export const listQuery = (stages: readonly string[]): Joi.ObjectSchema<ListQuery> =>
  Joi.object<ListQuery>({
    status: listOf(...statuses).description('one status or several, with commas'),
    stage: listOf(...stages).description('where it stands, or stood last: one stage or several, with commas'),
    sourceSystem: code.description('the source system that asked').example('ARCADE'),
    documentType: code.example('INVOICE'),
    documentName: code.example('IVZRECPA'),
    requestCorrelationId: printable.max(128).description("the client's own id"),
    errorCode: code.description('the code of one of its errors').example('OMS_BATCH_ERRORED'),
    receivedFrom: moment.description('received then or later'),
    receivedTo: moment.description('received before then'),
    limit: Joi.number().integer().min(1).max(500).default(50).description('how many a page may have'),
    after: Joi.string()
      .custom((text: string, { error }) => idOf(text) ?? error('any.invalid'))
      .messages({ 'any.invalid': '{#label} must be the `next` of a page' })
      .description('the `next` of the page before'),
    total: Joi.boolean().default(false).description('count them too'),
  });

/** Where a page ended, as its clients see it: the 16 bytes of an id. */
export const cursorOf = (id: string): string => Buffer.from(hexOf(id), 'hex').toString('base64url');

function idOf(cursor: string): string | undefined {
  const bytes = Buffer.from(cursor.slice(0, 22), 'base64url');
  if (bytes.length !== 16 || bytes.toString('base64url') !== cursor) return undefined;
  return uuidOf(bytes.toString('hex'));
}
