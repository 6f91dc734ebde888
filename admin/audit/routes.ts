import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import Joi from 'joi';
import type { Operator } from '../access.ts';
import { problemsOf } from '../pages/problems.ts';
import { pageHeaders } from '../sign-in/headers.ts';
import { refuseCall } from '../sign-in/refused.ts';
import { type AuditQuery, readAuditQuery } from './filter.ts';
import { auditPage } from './page.ts';
import type { AuditStore } from './store.ts';
import { auditLines, auditTable } from './streams.ts';

export interface AuditRoutesParts {
  store: Pick<AuditStore, 'page'>;
  operator: () => Operator;
}

/** What operators did: a page for people, and files for whoever keeps them. Mounted behind the board's gate. */
export function auditRoutes(parts: AuditRoutesParts): Router {
  const routes = Router();
  routes.get('/audit/style.css', (_request, response) => response.sendFile(join(import.meta.dirname, 'style.css')));
  routes.get('/audit', pageHeaders, (request, response) => showPage(parts, request, response));
  routes.get('/api/audit', (request, response) => sendAudit(parts, request, response));
  return routes;
}

async function showPage({ store, operator }: AuditRoutesParts, { query }: Request, response: Response): Promise<void> {
  const typed = query as Record<string, string>;
  const wanted = await readOrProblems(query);
  if ('problems' in wanted) {
    const { problems } = wanted;
    return void response.status(400).send(auditPage({ operator: operator(), typed, problems, rows: [] }).text);
  }
  const { before, limit, format: _, ...filter } = wanted;
  const rows = await store.page(filter, { before, limit });
  const next = rows.length === limit ? rows.at(-1)?.id : undefined;
  response.send(auditPage({ operator: operator(), typed, problems: [], rows, next }).text);
}

async function sendAudit({ store }: AuditRoutesParts, request: Request, response: Response): Promise<void> {
  const wanted = await readOrProblems(request.query);
  if ('problems' in wanted)
    return refuseCall(
      response,
      'OMS_PARAMETER_INVALID',
      wanted.problems.map(({ message }) => message).join('; '),
      wanted.problems,
    );
  const { before, limit, format = acceptedBy(request), ...filter } = wanted;
  response.vary('accept');
  if (format === 'json') {
    const rows = await store.page(filter, { before, limit });
    return void response.json({ entries: rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null });
  }
  const lines = format === 'csv' ? auditTable(store, filter) : auditLines(store, filter);
  response.type(types[format]).set('content-disposition', `attachment; filename="audit.${format}"`);
  // Who goes away in the middle is nobody's fault.
  await pipe(Readable.from(lines), response).catch((error) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

const types = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;

function acceptedBy(request: Request): NonNullable<AuditQuery['format']> {
  const accepted = request.accepts(['application/json', types.ndjson, types.csv]);
  return accepted === types.ndjson ? 'ndjson' : accepted === types.csv ? 'csv' : 'json';
}

async function readOrProblems(query: unknown): Promise<AuditQuery | { problems: ReturnType<typeof problemsOf> }> {
  try {
    return await readAuditQuery(query);
  } catch (error) {
    if (!Joi.isError(error)) throw error;
    return { problems: problemsOf(error) };
  }
}
