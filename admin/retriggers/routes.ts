import { type Request, type Response, Router } from 'express';
import { pageHeaders } from '../sign-in/headers.ts';
import { change, lookAhead, type RetriggersParts, start } from './actions.ts';
import { planById, retriggerApi } from './api.ts';
import { filterOf } from './filter.ts';
import { type ListPage, listPage } from './list-page.ts';
import { minutesFor } from './pace.ts';
import { planPage } from './plan-page.ts';
import { listPlans, planChanges, planItems } from './plans.ts';
import { readItemsQuery, readPlanWish } from './schemas.ts';

/** Many failed documents set going again, at the pace that Thunderhead allows. Mounted behind the board's gate. */
export function retriggerRoutes(parts: RetriggersParts): Router {
  const routes = Router();
  routes.use('/api/retriggers', retriggerApi(parts));
  routes.get('/retriggers', pageHeaders, (request, response) =>
    sendList(parts, response, { typed: request.query as Record<string, string> }),
  );
  routes.post('/retriggers', pageHeaders, (request, response) => lookOrStart(parts, request, response));
  routes.get('/retriggers/:id', pageHeaders, (request, response) => showPlan(parts, request, response));
  routes.post('/retriggers/:id', pageHeaders, (request, response) => changePlan(parts, request, response));
  return routes;
}

async function sendList(
  parts: RetriggersParts,
  response: Response,
  about: Omit<ListPage, 'operator' | 'stages' | 'plans'>,
): Promise<void> {
  const plans = await listPlans(parts);
  const { stages } = parts.pipeline;
  response.send(listPage({ operator: parts.operator(), stages, plans, ...about }).text);
}

async function lookOrStart(parts: RetriggersParts, { body }: Request, response: Response): Promise<void> {
  const typed: Record<string, string> = body ?? {};
  const dryRun = typed.intent !== 'start';
  const wish = readPlanWish({ filter: filterOf(typed), dryRun, reason: typed.reason ?? '' });
  if ('problems' in wish) return sendList(parts, response.status(400), { typed, problems: wish.problems });
  const { filter, reason } = wish.value;
  if (dryRun) {
    // What fails after the look is not taken along by the start: it has not been seen.
    const failedTo = filter.failedTo ?? parts.clock.now();
    const seen = await lookAhead(parts, { ...filter, failedTo });
    return sendList(parts, response, { typed: { ...typed, looked: 'yes' }, seen, seenAt: failedTo });
  }
  const id = await start(parts, { filter, reason });
  if (id !== undefined) return response.redirect(303, `/admin/retriggers/${id}`);
  const problems = [{ message: 'Nothing that has failed is meant by this (any more).' }];
  return sendList(parts, response.status(409), { typed, problems });
}

async function showPlan(parts: RetriggersParts, request: Request, response: Response): Promise<void> {
  const plan = await planById(parts, request.params.id);
  const query = readItemsQuery(request.query);
  if (!plan || 'problems' in query) return unknownPlan(parts, response);
  const items = await planItems(parts, plan.id, query.value);
  const page = planPage({
    ...{ operator: parts.operator(), now: parts.clock.now(), plan, items, state: query.value.state },
    minutesLeft: minutesFor(plan.counts.pending, parts.calls()),
    notice: 'late' in request.query ? 'The plan had moved on meanwhile; nothing was changed.' : undefined,
    next: items.length === query.value.limit ? items.at(-1)?.id : undefined,
  });
  response.send(page.text);
}

async function changePlan(parts: RetriggersParts, { params, body }: Request, response: Response): Promise<void> {
  const plan = await planById(parts, params.id);
  const wanted = planChanges.find((known) => known === body?.intent);
  if (!plan || !wanted) return unknownPlan(parts, response);
  const isDone = await change(parts, plan.id, wanted);
  response.redirect(303, `/admin/retriggers/${plan.id}${isDone ? '' : '?late'}`);
}

const unknownPlan = (parts: RetriggersParts, response: Response): Promise<void> =>
  sendList(parts, response.status(404), { typed: {}, problems: [{ message: 'There is no such plan.' }] });
