import Joi from 'joi';
import { problemsOf } from '../pages/problems.ts';
import { type RetriggerFilter, retriggerFilter } from './filter.ts';
import { type ItemState, itemStates } from './plans.ts';

/** What is asked of the plans, held against what can be asked. */

export interface PlanRequest {
  filter: RetriggerFilter;
  /** Only say what would happen. */
  dryRun: boolean;
  reason: string;
}

const planRequest = Joi.object<PlanRequest>({
  filter: retriggerFilter.default({}),
  dryRun: Joi.boolean().default(false),
  reason: Joi.when('dryRun', {
    is: true,
    // biome-ignore lint/suspicious/noThenProperty: Joi's word
    then: Joi.string().trim().allow('').max(500),
    otherwise: Joi.string().trim().max(500).required(),
  }),
});

export interface ItemsQuery {
  state?: ItemState;
  after?: string;
  limit: number;
}

const itemsQuery = Joi.object<ItemsQuery>({
  state: Joi.valid(...itemStates).empty(''),
  after: Joi.string().uuid().empty(''),
  limit: Joi.number().integer().min(1).max(1_000).default(100),
}).unknown();

export type Checked<T> = { value: T } | { problems: ReturnType<typeof problemsOf> };

const check = <T>(schema: Joi.ObjectSchema<T>, given: unknown): Checked<T> => {
  const { value, error } = schema.required().validate(given, { abortEarly: false });
  return error ? { problems: problemsOf(error) } : { value };
};

export const readPlanRequest = (body: unknown): Checked<PlanRequest> => check(planRequest, body);
export const readItemsQuery = (query: unknown): Checked<ItemsQuery> => check(itemsQuery, query);
