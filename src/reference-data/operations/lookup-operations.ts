import type { Response } from 'express';
import Joi from 'joi';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { type Operation, operation } from '#src/api/operation.ts';
import { printable } from '#src/api/rules.ts';
import type { KeptRows } from '../cache/kept-rows.ts';
import { rowsOf } from '../cache/reference-rows.ts';
import { resolve } from '../cache/resolve.ts';
import { readSnapshot, snapshotSchema } from '../cache/snapshot.ts';
import { type CollectionName, collectionNames } from '../collections/collection.ts';
import type { ConfigurationCode } from '../collections/document-configurations.ts';
import { configurationCode, documentConfigurations, footerId } from '../collections/document-configurations.ts';
import { listChanges } from '../rows/changes.ts';
import { knownAt } from '../rows/known.ts';
import { code } from '../rules.ts';
import { readers } from './access.ts';
import { notModified } from './preconditions.ts';
import * as schemas from './schemas.ts';

export interface LookupPorts {
  pool: Pool;
  kept: KeptRows;
  clock: Clock;
}

interface ResolveParameters {
  documentName: string;
  footerId: number;
  code: ConfigurationCode;
  at?: Date;
  knownAt?: Date;
}

const cacheStatus = {
  description: 'RFC 9211. A negative `ttl`: the database is away, and rows that may be out of date answer',
  schema: Joi.string().example('oms; hit; ttl=0'),
};

const candidate = Joi.object({
  matchedBy: Joi.valid('name', 'type prefix', 'any').required(),
  spec: Joi.string().required(),
  footerId: Joi.number().integer().required(),
  outcome: Joi.valid('won', 'outranked', 'not effective', 'no row').required(),
  reason: Joi.string().required().description('why, in a sentence'),
  row: schemas
    .storedSchema(documentConfigurations as never)
    .allow(null)
    .required(),
}).meta({ component: 'ConfigurationCandidate' });

const resolution = Joi.object({
  value: Joi.string().allow(null).required().description('what applies; null when nothing does'),
  specPrefix: Joi.string().allow(null).required().description('of the type of the document name; null when not known'),
  at: Joi.string().isoDate().required().description('the moment that was asked about'),
  stale: Joi.boolean().required().description('the database is away, and rows that may be out of date have answered'),
  candidates: Joi.array().items(candidate).required().description('in the order in which they were tried'),
}).meta({ component: 'ConfigurationResolution' });

/** What is asked of all reference data together. */
export const lookupOperations = ({ pool, kept, clock }: LookupPorts): Operation[] => [
  operation({
    ...{ id: 'resolveDocumentConfiguration', method: 'get', path: '/reference-data/resolve', tag: 'Reference data' },
    summary: 'Which document configuration applies, and why',
    description:
      'Tried are the document name, the prefix of its type, and *; for each the footer, and then footer 0. An old request is explained with the time of its processing as both `at` and `knownAt`.',
    scopes: readers,
    parameters: {
      query: Joi.object<ResolveParameters>({
        documentName: code.required(),
        footerId: footerId.default(0),
        code: configurationCode.required(),
        at: schemas.at.description('when it shall apply; without it, now'),
        knownAt: schemas.knownAt,
      }),
    },
    answers: {
      200: {
        description: 'The value, and all candidates',
        content: schemas.json(resolution),
        headers: { 'Cache-Status': cacheStatus },
      },
    },
    async handle({ response, query: { at = clock.now(), knownAt: then, ...lookup } }) {
      const rows = then ? rowsOf(await readSnapshot(pool, await knownAt(pool, then))) : (await kept.newest()).rows;
      const { stale } = then ? { stale: false } : kept.state();
      markStale(response, kept);
      response.json({ ...resolve(rows, lookup, at), at: at.toISOString(), stale });
    },
  }),
  operation({
    ...{ id: 'listReferenceChanges', method: 'get', path: '/reference-data/changes', tag: 'Reference data' },
    summary: 'Who changed what, when, from what to what',
    scopes: readers,
    parameters: {
      query: Joi.object<{ collection?: CollectionName; actor?: string; after?: string; limit: number }>({
        collection: Joi.valid(...collectionNames).description('changes of this collection only'),
        actor: printable.max(300).description('changes by this one only: client/subject'),
        after: schemas.changesAfter,
        limit: schemas.limit(1_000, 100),
      }),
    },
    answers: { 200: { description: 'A page', content: schemas.json(schemas.changesPage) } },
    async handle({ response, query }) {
      response.json(await listChanges(pool, query));
    },
  }),
  operation({
    ...{ id: 'getReferenceSnapshot', method: 'get', path: '/reference-data/snapshot', tag: 'Reference data' },
    summary: 'All rows at once, for programs that keep them',
    description: 'Ask again with If-None-Match as often as you like: nearly always the answer is an empty 304.',
    scopes: readers,
    headers: { 'If-None-Match': { description: 'the ETag of what is kept', schema: Joi.string() } },
    answers: {
      200: {
        description: 'The rows',
        content: schemas.json(snapshotSchema),
        headers: {
          ETag: { description: 'the version of all rows', schema: Joi.string() },
          'Cache-Status': cacheStatus,
        },
      },
      304: { description: 'Nothing was changed' },
    },
    async handle({ request, response }) {
      const { snapshot } = await kept.newest();
      markStale(response, kept);
      if (!notModified(request, response, `"${snapshot.version}"`)) response.json(snapshot);
    },
  }),
];

function markStale(response: Response, kept: KeptRows): void {
  const { stale, ageMs } = kept.state();
  const seconds = Math.ceil((ageMs ?? 0) / 1_000);
  response.set('cache-status', stale ? `oms; hit; ttl=-${Math.max(1, seconds)}` : 'oms; hit; ttl=0');
}
