import express, { type Request, type Response, Router } from 'express';
import { isUuid } from '#processors/engine/uuid.ts';
import { refuseCall } from '../sign-in/refused.ts';
import { change, lookAhead, paceOf, type RetriggersParts, start } from './actions.ts';
import { findPlan, listPlans, type Plan, type PlanChange, planChanges, planItems } from './plans.ts';
import { type Checked, readItemsQuery, readPlanRequest } from './schemas.ts';

/** Plans, for scripts: the same as the pages. */
export function retriggerApi(parts: RetriggersParts): Router {
  const routes = Router();
  const readJson = express.json({ limit: '1mb', strict: false });
  routes.get('/', async (_request, response) => void response.json({ plans: await listPlans(parts) }));
  routes.post('/', readJson, (request, response) => make(parts, request, response));
  routes.get('/:id', (request, response) => show(parts, request, response));
  routes.post('/:id/:change', (request, response, next) => {
    const wanted = planChanges.find((known) => known === request.params.change);
    return wanted ? changeIt(parts, wanted, request, response) : next();
  });
  return routes;
}

async function make(parts: RetriggersParts, { body }: Request, response: Response): Promise<void> {
  const asked = readPlanRequest(body);
  if (refused(response, 'OMS_BODY_INVALID', asked)) return;
  const { filter, dryRun, reason } = asked.value;
  if (dryRun) return void response.json(await lookAhead(parts, filter));
  const id = await start(parts, { filter, reason });
  if (id === undefined)
    return refuseCall(response, 'OMS_RETRIGGER_NOT_POSSIBLE', 'nothing that has failed is meant by this filter');
  response
    .status(201)
    .location(`/admin/api/retriggers/${id}`)
    .json(await findPlan(parts, id));
}

async function show(parts: RetriggersParts, request: Request, response: Response): Promise<void> {
  const query = readItemsQuery(request.query);
  if (refused(response, 'OMS_PARAMETER_INVALID', query)) return;
  const plan = await planOf(parts, request, response);
  if (!plan) return;
  const items = await planItems(parts, plan.id, query.value);
  const next = items.length === query.value.limit ? (items.at(-1)?.id ?? null) : null;
  response.json({ ...plan, pace: (await paceOf(parts, plan)) ?? null, items, next });
}

async function changeIt(
  parts: RetriggersParts,
  wanted: PlanChange,
  request: Request,
  response: Response,
): Promise<void> {
  const plan = await planOf(parts, request, response);
  if (!plan) return;
  if (!(await change(parts, plan.id, wanted)))
    return refuseCall(
      response,
      'OMS_RETRIGGER_NOT_POSSIBLE',
      `a plan that is ${plan.status} cannot be told to ${wanted}`,
    );
  response.json(await findPlan(parts, plan.id));
}

/** Undefined when the request has been answered already. */
async function planOf(parts: RetriggersParts, request: Request, response: Response): Promise<Plan | undefined> {
  const plan = await planById(parts, request.params.id);
  if (!plan) refuseCall(response, 'OMS_RETRIGGER_NOT_FOUND', 'no plan has this id');
  return plan;
}

export const planById = async (parts: RetriggersParts, id: unknown): Promise<Plan | undefined> =>
  typeof id === 'string' && isUuid(id) ? findPlan(parts, id) : undefined;

function refused<T>(
  response: Response,
  code: 'OMS_BODY_INVALID' | 'OMS_PARAMETER_INVALID',
  checked: Checked<T>,
): checked is Exclude<Checked<T>, { value: T }> {
  if ('value' in checked) return false;
  refuseCall(response, code, checked.problems.map(({ message }) => message).join('; '), checked.problems);
  return true;
}
