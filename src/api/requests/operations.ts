import Joi from 'joi';
import type { Pool } from 'pg';
import type { FinishedDocuments } from '#processors/document/ports.ts';
import { type Operation, operation } from '../operation.ts';
import { type PreferredWait, preferenceApplied, preferHeader } from '../waiting/prefer-wait.ts';
import { findBatches } from './batches.ts';
import { sendDocument } from './document.ts';
import { foundRequest, linksOf, requestPath } from './found-request.ts';
import { findHistory } from './history.ts';
import { batchesSchema, historySchema, requestSchema } from './schemas.ts';

export interface RequestPorts {
  pool: Pool;
  contents: FinishedDocuments;
  /** A new request's stage; while it stands there untouched it is QUEUED. */
  firstStage: string;
  preferredWait: PreferredWait;
}

/** How one document request is looked at. */
export const requestOperations = ({ pool, contents, firstStage, preferredWait }: RequestPorts): Operation[] => [
  operation({
    id: 'getDocumentRequest',
    method: 'get',
    path: '/document-requests/{id}',
    tag: 'Document requests',
    summary: 'Where a request stands',
    scopes: ['oms.request', 'oms.read'],
    parameters: { path: requestPath },
    headers: preferHeader,
    answers: {
      200: {
        description: 'The request',
        content: { 'application/json': { schema: requestSchema } },
        headers: preferenceApplied,
      },
    },
    problems: ['OMS_REQUEST_NOT_FOUND'],
    async handle({ request, response, path, sources }) {
      const found = await foundRequest({ pool, firstStage }, path.id, sources);
      const waited = (await preferredWait(request, response, path.id)) !== undefined;
      const view = waited ? await foundRequest({ pool, firstStage }, path.id, sources) : found;
      response.json({ ...view, links: linksOf(view.id) });
    },
  }),
  operation({
    id: 'getDocumentRequestHistory',
    method: 'get',
    path: '/document-requests/{id}/history',
    tag: 'Document requests',
    summary: 'Every step a request has made',
    scopes: ['oms.request', 'oms.read'],
    parameters: { path: requestPath },
    answers: {
      200: { description: 'Oldest first', content: { 'application/json': { schema: historySchema } } },
    },
    problems: ['OMS_REQUEST_NOT_FOUND'],
    async handle({ response, path, sources }) {
      const { id } = await foundRequest({ pool, firstStage }, path.id, sources);
      response.json({ items: await findHistory(pool, id) });
    },
  }),
  operation({
    id: 'getDocumentRequestBatches',
    method: 'get',
    path: '/document-requests/{id}/batches',
    tag: 'Document requests',
    summary: 'Every hand-over of a request to Thunderhead',
    description:
      'One for each attempt that got so far: a request that is set going again after its batch was spoilt is handed over anew.',
    scopes: ['oms.request', 'oms.read'],
    parameters: { path: requestPath },
    answers: {
      200: { description: 'Oldest first', content: { 'application/json': { schema: batchesSchema } } },
    },
    problems: ['OMS_REQUEST_NOT_FOUND'],
    async handle({ response, path, sources }) {
      const { id } = await foundRequest({ pool, firstStage }, path.id, sources);
      response.json({ items: await findBatches(pool, id) });
    },
  }),
  operation({
    id: 'getDocument',
    method: 'get',
    path: '/document-requests/{id}/document',
    tag: 'Document requests',
    summary: 'The finished document',
    scopes: ['oms.request', 'oms.read'],
    parameters: { path: requestPath },
    answers: {
      200: { description: 'The document', content: { 'application/pdf': { schema: Joi.binary() } } },
    },
    problems: ['OMS_REQUEST_NOT_FOUND', 'OMS_DOCUMENT_NOT_READY', 'OMS_DOCUMENT_GONE', 'OMS_THUNDERHEAD_UNAVAILABLE'],
    async handle({ response, path, sources }) {
      await sendDocument(await foundRequest({ pool, firstStage }, path.id, sources), contents, response);
    },
  }),
];
