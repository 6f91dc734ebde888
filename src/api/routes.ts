import { pipeline as pipe } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { validate as isUuid } from 'uuid';
import type { DocumentContents } from '#src/thunderhead/client.ts';
import { jsonBody } from './body.ts';
import { readDocumentRequest } from './document-request.ts';
import { onlyMethods } from './errors.ts';
import type { Intake } from './intake.ts';
import { Problem } from './problem.ts';
import { findHistory, findRequest, type RequestView } from './request-view.ts';
import { readFeed } from './status-feed.ts';

export interface ApiPorts {
  pool: Pool;
  intake: Intake;
  contents: DocumentContents;
  /** A new request's stage; while it stands there untouched it is QUEUED. */
  firstStage: string;
  maxBodyBytes: number;
}

const base = '/api/v1/document-requests';

const linksOf = (id: string) => ({
  self: `${base}/${id}`,
  history: `${base}/${id}/history`,
  document: `${base}/${id}/document`,
});

/** What clients call, under `/api/v1`. */
export function apiRoutes({ pool, intake, contents, firstStage, maxBodyBytes }: ApiPorts): Router {
  const routes = Router({ caseSensitive: true });

  const found = async (request: Request): Promise<RequestView> => {
    const id = String(request.params.id);
    if (!isUuid(id))
      throw new Problem('OMS_PARAMETER_INVALID', 'the id of a request is a UUID', {
        errors: [{ field: 'id', message: 'is not a UUID' }],
      });
    const view = await findRequest(pool, id, firstStage);
    if (!view) throw new Problem('OMS_REQUEST_NOT_FOUND', `there is no request ${id}`);
    return view;
  };

  routes
    .route('/document-requests')
    .post(...jsonBody(maxBodyBytes), async (request, response) => {
      const { id, repeated } = await intake.accept(readDocumentRequest(request.body));
      const links = linksOf(id);
      const status = repeated ? (await findRequest(pool, id, firstStage))?.status : 'QUEUED';
      response.status(202).location(links.self).json({ id, status, links });
    })
    .all(onlyMethods('POST'));

  routes
    .route('/document-requests/:id')
    .get(async (request, response) => {
      const view = await found(request);
      response.json({ ...view, links: linksOf(view.id) });
    })
    .all(onlyMethods('GET'));

  routes
    .route('/document-requests/:id/history')
    .get(async (request, response) => {
      const { id } = await found(request);
      response.json({ items: await findHistory(pool, id) });
    })
    .all(onlyMethods('GET'));

  routes
    .route('/document-requests/:id/document')
    .get(async (request, response) => sendDocument(await found(request), contents, response))
    .all(onlyMethods('GET'));

  routes
    .route('/status-events')
    .get(async (request, response) => void response.json(await readFeed(pool, request.query)))
    .all(onlyMethods('GET'));

  return routes;
}

/** Passes the bytes on as they come; the document is never held whole. */
async function sendDocument(view: RequestView, contents: DocumentContents, response: Response): Promise<void> {
  const { id, batch, documentName, status } = view;
  if (batch?.status !== 'COMPLETED')
    throw new Problem('OMS_DOCUMENT_NOT_READY', `request ${id} is ${status}; it has no finished document`);
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const document = await contents.contents(batch.thunderheadBatchId, 1, closed.signal);
  if (document.kind === 'not-ready')
    throw new Problem('OMS_DOCUMENT_NOT_READY', `batch ${batch.thunderheadBatchId} is not finished`);
  if (document.kind === 'gone')
    throw new Problem('OMS_DOCUMENT_GONE', `Thunderhead has purged batch ${batch.thunderheadBatchId}`);
  response.type(document.mimeType).set('content-disposition', `inline; filename="${documentName}-${id}.pdf"`);
  if (document.length) response.set('content-length', document.length);
  await pipe(document.body, response);
}
