import { join } from 'node:path';
import { type Request, type Response, Router } from 'express';
import { isUuid } from '#processors/engine/uuid.ts';
import type { Operator } from '../access.ts';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import type { AuditStore } from '../audit/store.ts';
import { planned } from '../retriggers/failed-documents.ts';
import { atThunderhead } from '../retriggers/may-exist.ts';
import { pageHeaders } from '../sign-in/headers.ts';
import { refuseCall } from '../sign-in/refused.ts';
import { type ActionParts, sendDocument, setGoingAgain, takeBack } from './actions.ts';
import { type MetadataEntry, masked, maskedMetadata } from './mask.ts';
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
    response.json({ ...records, timeline: timelineOf(records, await actionsOn(parts, records.head.id)) });
  });
  routes.get('/requests/:id', pageHeaders, forOne(parts, showMasked));
  routes.post('/requests/:id/retrigger', pageHeaders, forOne(parts, withReason('document.retrigger', setGoingAgain)));
  routes.post('/requests/:id/cancel', pageHeaders, forOne(parts, withReason('document.cancel', takeBack)));
  routes.post('/requests/:id/unmask', pageHeaders, forOne(parts, unmask));
  routes.post('/requests/:id/download', forOne(parts, download));
  return routes;
}

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
async function unmask(visit: Visit): Promise<void> {
  const reason = reasonIn(visit.request);
  if (!reason) return back(visit, 'reason-missing');
  await tell(visit, { action: 'document.unmask', reason, result: 'done' });
  const payload = await findPayload(visit.parts.pool, visit.records.head.id);
  await show(visit, {
    isMasked: false,
    metadata: (payload?.metadata ?? []) as MetadataEntry[],
    content: payload?.content ?? undefined,
  });
}

async function show({ parts, records, request, response }: Visit, payload: PayloadView): Promise<void> {
  const timeline = timelineOf(records, await actionsOn(parts, records.head.id));
  const kept = await atThunderhead(parts.pool, planned(parts.pipeline), records.head.id);
  const page = { records, timeline, payload, kept, now: parts.clock.now(), operator: parts.operator() };
  response.send(requestPage({ ...page, notice: noticeOf(request.query.notice) }).text);
}

/** Oldest first. */
const actionsOn = async ({ store }: RequestRoutesParts, id: string) =>
  (await store.page({ target: id }, { limit: actionsShown })).toReversed();

const withReason =
  (
    action: string,
    does: (parts: ActionParts, wish: { id: string; actor: string; reason: string }) => Promise<NoticeName>,
  ) =>
  async (visit: Visit): Promise<void> => {
    const { parts, records, request } = visit;
    const reason = reasonIn(request);
    if (!reason) return back(visit, 'reason-missing');
    const outcome = await does(parts, { id: records.head.id, actor: parts.operator().subject, reason });
    const result = noticeOf(outcome)?.isError ? 'failed' : 'done';
    await tell(visit, { action, reason, result, details: { outcome } });
    back(visit, outcome);
  };

async function download(visit: Visit): Promise<void> {
  const { parts, records, response } = visit;
  const action = 'document.download';
  const outcome = await sendDocument(parts.documents, records, response, () => tell(visit, { action, result: 'done' }));
  if (!outcome) return;
  await tell(visit, { action, result: 'failed', details: { outcome } });
  back(visit, outcome);
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

const back = ({ records, response }: Visit, notice: NoticeName): void =>
  response.redirect(303, `/admin/requests/${records.head.id}?notice=${notice}`);
