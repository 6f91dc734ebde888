import Joi from 'joi';
import { moment } from '../pages/moment.ts';

/** Which rows of the audit somebody wants to see. */
export interface AuditFilter {
  from?: Date;
  /** Before it. */
  to?: Date;
  /** Or the client. */
  actor?: string;
  /** `retrigger` also finds `retrigger.start`. */
  action?: string;
  /** What it was done on, or what kind of thing. */
  target?: string;
  result?: 'done' | 'refused' | 'failed';
}

export interface AuditQuery extends AuditFilter {
  /** The id of the last row of the page before. */
  before?: string;
  limit: number;
  /** For a link, which cannot say what it accepts. */
  format?: 'json' | 'ndjson' | 'csv';
}

const text = Joi.string().trim().empty('').max(200);

const auditFilter: Joi.PartialSchemaMap<AuditFilter> = {
  from: moment,
  to: moment,
  actor: text,
  action: text,
  target: text,
  result: Joi.valid('done', 'refused', 'failed').empty(''),
};

const schema = Joi.object<AuditQuery>({
  ...auditFilter,
  before: Joi.string()
    .pattern(/^\d{1,18}$/, 'number of a row')
    .empty(''),
  limit: Joi.number().integer().min(1).max(1_000).default(100),
  format: Joi.valid('json', 'ndjson', 'csv').empty(''),
}).options({ abortEarly: false });

/** @throws Joi.ValidationError */
export const readAuditQuery = (query: unknown): Promise<AuditQuery> => schema.validateAsync(query);
