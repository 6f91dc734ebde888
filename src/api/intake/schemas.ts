import Joi from 'joi';
import { type ProblemCode, problems } from '../problem.ts';
import { statuses } from '../requests/list-query.ts';
import { linksSchema } from '../requests/schemas.ts';

/** What the intake answers, for the API's description. */

const id = Joi.string()
  .uuid()
  .description('the id of the request')
  .example('019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10')
  .required();

const link = (description: string) => Joi.string().uri({ relativeOnly: true }).description(description).required();

export const acceptedSchema = Joi.object({
  id,
  status: Joi.string()
    .valid(...statuses)
    .description('QUEUED; or how far it has come, when the same request had been taken in before')
    .example('QUEUED')
    .required(),
  links: linksSchema.description('where to go on from here').required(),
})
  .meta({ component: 'AcceptedRequest' })
  .description('the request is on disk, and is worked on');

const problemSchema = Joi.object({
  code: Joi.string()
    .valid(...(Object.keys(problems) as ProblemCode[]))
    .required(),
})
  .unknown()
  .meta({ component: 'Problem' });

const outcome = {
  status: Joi.number().integer().description('202: taken in; else the status of the problem').example(202).required(),
  id: id.optional().description('the id of the request, when it was taken in'),
  links: Joi.object({ self: link('where the request stands') }).description('there when it was taken in'),
  repeated: Joi.boolean().valid(true).description('the same request had been taken in before'),
  problem: problemSchema.description('why it was not taken in'),
};

export const bulkResultSchema = Joi.object({
  accepted: Joi.number().integer().min(0).description('how many were taken in').example(1).required(),
  rejected: Joi.number().integer().min(0).description('how many were not').example(0).required(),
  items: Joi.array()
    .items(
      Joi.object({
        index: Joi.number().integer().min(0).description('its place in the array, from 0').example(0).required(),
        ...outcome,
      }).meta({ component: 'BulkItem' }),
    )
    .description('what became of each, in the order they were sent')
    .required(),
}).meta({ component: 'BulkResult' });

export const bulkLineSchema = Joi.object({
  line: Joi.number()
    .integer()
    .min(1)
    .allow(null)
    .description(
      'the line it was sent in, from 1; null on a last line that says why the stream was not read to its end',
    )
    .example(1)
    .required(),
  ...outcome,
})
  .meta({ component: 'BulkLine' })
  .description('one of these on each line');
