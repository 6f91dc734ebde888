import { join } from 'node:path';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { isUuid } from '#processors/engine/uuid.ts';
import type { Operator } from '../access.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import type { AuditStore } from '../audit/store.ts';
import { planned } from '../retriggers/failed-documents.ts';
import { atThunderhead } from '../retriggers/may-exist.ts';
import { pageHeaders } from '../sign-in/headers.ts';
import { refuseCall } from '../sign-in/refused.ts';
import { type ActionParts, sendDocument, setGoingAgain, takeBack } from './actions.ts';
import { type MetadataEntry, masked, maskedMetadata, maskedRecords } from './mask.ts';
import { notFoundPage } from './not-found-page.ts';
import { type NoticeName, noticeOf } from './notices.ts';
import { requestPage } from './page.ts';
import type { PayloadView } from './payload-view.ts';
import { findPayload, findRecords, type RequestRecords } from './records.ts';
import { searchRequests } from './search.ts';
import { searchPage } from './search-page.ts';
import { timelineOf } from './timeline.ts';

export interface RequestRoutesParts extends ActionParts {
  operator: () => Operator;
  audit: Audit;
  store: Pick<AuditStore, 'page'>;
}

/** As many of the newest actions on one request as a page can bear. */
const actionsShown = 200;

/** Requests, found and told: pages for people, and the same for scripts. Mounted behind the board's gate. */
export function requestRoutes(parts: RequestRoutesParts): Router {
  const routes = Router();
  routes.get('/requests/style.css', (_request, response) => response.sendFile(join(import.meta.dirname, 'style.css')));
  routes.get('/requests', pageHeaders, async ({ query }, response) => {
    const word = wordOf(query.q);
    response.send(searchPage({ word, answer: await search(parts, word), operator: parts.operator() }).text);
  });
  routes.get('/api/requests', async ({ query }, response) => void response.json(await search(parts, wordOf(query.q))));
  routes.get('/api/requests/:id', async ({ params }, response) => {
    const records = await found(parts, params.id);
    if (!records) return refuseCall(response, 'OMS_REQUEST_NOT_FOUND', `there is no request ${params.id}`);
    const timeline = timelineOf(records, await actionsOn(parts, records.head.id));
    response.json({ ...maskedRecords(records), timeline });
  });
  routes.get('/requests/:id', pageHeaders, forOne(parts, showMasked));
  const press = (name: string, work: (visit: Visit, why: Why) => Promise<void>, ...before: RequestHandler[]) => {
    const action = `document.${name}`;
    routes.post(`/requests/:id/${name}`, ...before, forOne(parts, withReason(action, work)));
    // What is loaded again, or was kept as a bookmark: only the page can be looked at.
    routes.get(`/requests/:id/${name}`, ({ params }, response) =>
      response.redirect(303, `/admin/requests/${encodeURIComponent(params.id)}`),
    );
  };
  press('retrigger', doing(setGoingAgain), pageHeaders);
  press('cancel', doing(takeBack), pageHeaders);
  press('unmask', unmask, pageHeaders);
  press('download', download);
  return routes;
}

/** What is done, in the words of the audit, and the operator's reason for it. */
type Why = Pick<AuditEntry, 'action'> & { reason: string };

interface Visit {
  parts: RequestRoutesParts;
  records: RequestRecords;
  request: Request;
  response: Response;
}

const forOne =
  (parts: RequestRoutesParts, work: (visit: Visit) => Promise<void>) =>
  async (request: Request, response: Response): Promise<void> => {
    const { id } = request.params;
    const records = await found(parts, id);
    if (records) return work({ parts, records, request, response });
    response.status(404).send(notFoundPage({ id: String(id), operator: parts.operator() }).text);
  };

const found = async ({ pool, pipeline }: RequestRoutesParts, id: unknown): Promise<RequestRecords | undefined> =>
  typeof id === 'string' && isUuid(id) ? findRecords(pool, id.toLowerCase(), pipeline.stages[0].name) : undefined;

const search = ({ pool, pipeline }: RequestRoutesParts, word: string) =>
  searchRequests(pool, word, pipeline.stages[0].name);

const wordOf = (given: unknown): string =>
  typeof given === 'string' ? given.replaceAll('\0', '').trim().slice(0, 200) : '';

async function showMasked(visit: Visit): Promise<void> {
  const payload = await findPayload(visit.parts.pool, visit.records.head.id);
  const content = payload?.content ?? undefined;
  await show(visit, {
    isMasked: true,
    metadata: maskedMetadata(payload?.metadata),
    content: content === undefined ? undefined : masked(content),
  });
}

/** Once, in this answer only; and not before it is written down who saw it. */
async function unmask(visit: Visit, why: Why): Promise<void> {
  await tell(visit, { ...why, result: 'done' });
  const payload = await findPayload(visit.parts.pool, visit.records.head.id);
  await show(visit, {
    isMasked: false,
    metadata: (payload?.metadata ?? []) as MetadataEntry[],
    content: payload?.content ?? undefined,
  });
}

async function show({ parts, records, request, response }: Visit, payload: PayloadView): Promise<void> {
  const timeline = timelineOf(records, await actionsOn(parts, records.head.id));
  const shown = payload.isMasked ? maskedRecords(records) : records;
  const kept = await atThunderhead(parts.pool, planned(parts.pipeline), records.head.id);
  const page = { records: shown, timeline, payload, kept, now: parts.clock.now(), operator: parts.operator() };
  response.send(requestPage({ ...page, notice: noticeOf(request.query.notice) }).text);
}

/** Oldest first. */
const actionsOn = async ({ store }: RequestRoutesParts, id: string) =>
  (await store.page({ target: id }, { limit: actionsShown })).toReversed();

/** Nothing is done without a reason, and that somebody tried is told too. */
const withReason =
  (action: string, work: (visit: Visit, why: Why) => Promise<void>) =>
  async (visit: Visit): Promise<void> => {
    const reason = reasonIn(visit.request);
    if (reason) return work(visit, { action, reason });
    await endWith(visit, { action }, 'reason-missing');
  };

const doing =
  (does: (parts: ActionParts, wish: { id: string; actor: string; reason: string }) => Promise<NoticeName>) =>
  async (visit: Visit, why: Why): Promise<void> => {
    const { parts, records } = visit;
    const wish = { id: records.head.id, actor: parts.operator().subject, reason: why.reason };
    await endWith(visit, why, await does(parts, wish));
  };

async function download(visit: Visit, why: Why): Promise<void> {
  const { parts, records, response } = visit;
  const begin = () => tell(visit, { ...why, result: 'done' });
  const outcome = await sendDocument(parts.documents, records, response, begin);
  if (outcome) await endWith(visit, why, outcome);
}

/** Tells what came of it, and leads back to the page, which says it. */
async function endWith(visit: Visit, why: Pick<AuditEntry, 'action' | 'reason'>, outcome: NoticeName): Promise<void> {
  await tell(visit, { ...why, result: noticeOf(outcome)?.isError ? 'failed' : 'done', details: { outcome } });
  visit.response.redirect(303, `/admin/requests/${visit.records.head.id}?notice=${outcome}`);
}

const reasonIn = ({ body }: Request): string =>
  String(body?.reason ?? '')
    .trim()
    .slice(0, 500);

const tell = (
  { parts: { audit, operator }, records }: Visit,
  entry: Pick<AuditEntry, 'action' | 'reason' | 'result' | 'details'>,
): Promise<void> => {
  const { subject: actor, client } = operator();
  return audit.record({ actor, client, target: { type: 'document', id: records.head.id }, ...entry });
};
