import Joi from 'joi';
import type { Pool } from 'pg';
import { type Operation, operation } from '../operation.ts';
import { linksOf, requestAddress } from './found-request.ts';
import { listRequests } from './list.ts';
import { listQuery } from './list-query.ts';
import { requestPageSchema, summarySchema } from './schemas.ts';
import { Summaries } from './summary.ts';

export interface ListPorts {
  pool: Pool;
  /** Of the pipeline, in their order. */
  stages: readonly [string, ...string[]];
}

/** How many requests are looked at together. */
export const listOperations = ({ pool, stages }: ListPorts): Operation[] => {
  const summaries = new Summaries(pool, stages);
  return [
    operation({
      id: 'listDocumentRequests',
      method: 'get',
      path: '/document-requests',
      tag: 'Document requests',
      summary: 'Requests, newest first, page by page',
      description:
        'All filters that are given must be true of a request. A client sees the requests of its own source systems. Pages are stable: what arrives while you read on does not shift them. A page looks at 10,000 requests at most, so with filters that hardly ever meet it may be short, even empty: read on until `next` is null. So does counting: with `totalCapped` there may be more than `total` says.',
      scopes: ['oms.request', 'oms.read'],
      parameters: { query: listQuery(stages) },
      answers: { 200: { description: 'A page', content: { 'application/json': { schema: requestPageSchema } } } },
      async handle({ request, response, query, sources }) {
        const { items, ...page } = await listRequests(pool, query, sources, stages);
        response.json({
          items: items.map((view) => ({ ...view, links: linksOf(view.id) })),
          ...page,
          links: pageLinks(request.originalUrl, page.next),
        });
      },
    }),
    operation({
      id: 'getDocumentRequestSummary',
      method: 'get',
      path: '/document-requests/summary',
      tag: 'Document requests',
      summary: 'How many requests stand where',
      description:
        'Counts per status, per stage and per source system, and the age of the oldest request in flight at each stage, all of one moment (`countedAt`) and limited to the source systems of the caller. Counting is shared by all who ask and repeated as often as it is cheap: at once while there are few requests, every few seconds with a million.',
      scopes: ['oms.request', 'oms.read'],
      parameters: { query: Joi.object({}) },
      answers: { 200: { description: 'The counts', content: { 'application/json': { schema: summarySchema } } } },
      async handle({ response, sources }) {
        response.json(await summaries.of(sources));
      },
    }),
  ];
};

function pageLinks(asked: string, next: string | null): { self: string; next: string | null } {
  const query = new URL(asked, 'http://self').searchParams;
  const self = query.size > 0 ? `${requestAddress}?${query}` : requestAddress;
  if (next === null) return { self, next: null };
  query.set('after', next);
  return { self, next: `${requestAddress}?${query}` };
}
