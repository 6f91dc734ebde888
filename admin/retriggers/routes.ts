import { type Request, type Response, Router } from 'express';
import { pageHeaders } from '../sign-in/headers.ts';
import { change, lookAhead, paceOf, type RetriggersParts, start } from './actions.ts';
import { planById, retriggerApi } from './api.ts';
import { filterOf, type RetriggerFilter } from './filter.ts';
import { type ListPage, listPage } from './list-page.ts';
import { planPage } from './plan-page.ts';
import { listPlans, planChanges, planItems } from './plans.ts';
import { type Preview, preview } from './preview.ts';
import { readItemsQuery, readPlanRequest } from './schemas.ts';

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
  const filled = filterOf(typed);
  const dryRun = typed.intent !== 'start';
  const asked = readPlanRequest({ filter: filled, dryRun, reason: typed.reason ?? '' });
  if ('problems' in asked) {
    // A reason that is missing is no reason to forget what was looked at.
    const looked = dryRun ? asked : readPlanRequest({ filter: filled, dryRun: true });
    const seen = 'value' in looked ? await seenBy(parts, looked.value.filter, preview) : {};
    return sendList(parts, response.status(400), { typed, ...seen, problems: asked.problems });
  }
  const { filter, reason } = asked.value;
  if (dryRun) return sendList(parts, response, { typed, ...(await seenBy(parts, filter, lookAhead)) });
  const id = await start(parts, { filter, reason });
  if (id !== undefined) return response.redirect(303, `/admin/retriggers/${id}`);
  const problems = [{ message: 'Nothing that has failed is meant by this (any more).' }];
  return sendList(parts, response.status(409), { typed, problems });
}

/** What fails after the look is not taken along by the start: it has not been seen. */
async function seenBy(
  parts: RetriggersParts,
  filter: RetriggerFilter,
  look: (parts: RetriggersParts, filter: RetriggerFilter) => Promise<Preview>,
): Promise<Pick<ListPage, 'seen' | 'seenAt'>> {
  const seenAt = filter.failedTo ?? parts.clock.now();
  return { seen: await look(parts, { ...filter, failedTo: seenAt }), seenAt };
}

async function showPlan(parts: RetriggersParts, request: Request, response: Response): Promise<void> {
  const plan = await planById(parts, request.params.id);
  const query = readItemsQuery(request.query);
  if (!plan || 'problems' in query) return unknownPlan(parts, response);
  const items = await planItems(parts, plan.id, query.value);
  const page = planPage({
    ...{ operator: parts.operator(), now: parts.clock.now(), plan, items, state: query.value.state },
    pace: await paceOf(parts, plan),
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
