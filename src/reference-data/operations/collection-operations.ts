import Joi from 'joi';
import type { Pool } from 'pg';
import { jsonBody } from '#src/api/intake/body.ts';
import { type Operation, operation } from '#src/api/operation.ts';
import { uuid } from '#src/api/rules.ts';
import type { Caller } from '#src/security/caller.ts';
import type { Collection } from '../collections/collection.ts';
import { listChanges } from '../rows/changes.ts';
import { knownAt as knownAtMoment } from '../rows/known.ts';
import { findRow, listRows, rowNotFound } from '../rows/read.ts';
import { changing, createRow, deleteRow, replaceRow } from '../rows/write.ts';
import { actorOf, managers, readers } from './access.ts';
import { contentOf } from './content.ts';
import { etagOf, ifMatch, notModified } from './preconditions.ts';
import * as schemas from './schemas.ts';

export interface CollectionPorts {
  pool: Pool;
  /** Called after every commit. */
  changed: () => void;
}

const maxRowBytes = 65_536;

/** List, read, create, replace, delete, and the changes of one row: the same for every collection. */
export function collectionOperations(collection: Collection, { pool, changed }: CollectionPorts): Operation[] {
  const { name, noun, component, filters } = collection;
  const path = `/reference-data/${name}`;
  const tag = 'Reference data';
  const stored = schemas.storedSchema(collection);
  const example = schemas.storedExample(collection);
  const body = {
    content: {
      'application/json': {
        schema: collection.schema,
        examples: { usual: { summary: `A ${noun}`, value: collection.example } },
      },
    },
    read: jsonBody(maxRowBytes),
  };
  const ifMatchHeader = {
    'If-Match': {
      description: 'the ETag of the row as it was read',
      schema: Joi.string().example('"3"'),
      required: true,
    },
  };
  const change = async <T>(caller: Caller, work: Parameters<typeof changing<T>>[2]): Promise<T> => {
    const answer = await changing(pool, actorOf(caller), work);
    changed();
    return answer;
  };
  const known = async (moment: Date | undefined) => (moment ? await knownAtMoment(pool, moment) : 'now');

  return [
    operation({
      ...{ id: `list${component}s`, method: 'get', path, tag, scopes: readers },
      summary: `List ${noun}s`,
      description: 'In the order of what they are about, then of time. Without `at`: rows of any time.',
      parameters: {
        query: Joi.object<ListParameters>({
          ...filters,
          at: schemas.at,
          knownAt: schemas.knownAt,
          includeDeleted: Joi.boolean().default(false).description('deleted rows too'),
          after: uuid.description('the `next` of the page before'),
          limit: schemas.limit(1_000, 100),
        }),
      },
      answers: {
        200: {
          description: 'A page',
          content: schemas.json(
            Joi.object({
              items: Joi.array().items(stored).required(),
              next: Joi.string()
                .allow(null)
                .required()
                .description('the `after` of the next page; null after the last'),
            }).meta({ component: `${component}Page` }),
            { items: [example], next: null },
          ),
        },
      },
      async handle({ response, query }) {
        const { at, knownAt, includeDeleted, after, limit, ...wanted } = query;
        response.json(
          await listRows(pool, collection, {
            ...{ filters: wanted, at, includeDeleted, after, limit },
            known: await known(knownAt),
          }),
        );
      },
    }),
    operation({
      ...{ id: `get${component}`, method: 'get', path: `${path}/{id}`, tag, scopes: readers },
      summary: `Read one ${noun}`,
      parameters: {
        path: schemas.rowPath,
        query: Joi.object<{ knownAt?: Date; includeDeleted: boolean }>({
          knownAt: schemas.knownAt,
          includeDeleted: Joi.boolean().default(false).description('also when it was deleted'),
        }),
      },
      headers: { 'If-None-Match': { description: 'an ETag that is known', schema: Joi.string() } },
      answers: {
        200: { description: 'The row', content: schemas.json(stored, example), headers: { ETag: schemas.etag } },
        304: { description: 'It is as the ETag says' },
      },
      problems: ['OMS_REFERENCE_NOT_FOUND'],
      async handle({ request, response, path: { id }, query }) {
        const row = await findRow(pool, collection, id, await known(query.knownAt));
        if (!row || (row.deletedAt && !query.includeDeleted)) throw rowNotFound(collection, id, row);
        if (!notModified(request, response, etagOf(row))) response.json(row);
      },
    }),
    operation({
      ...{ id: `create${component}`, method: 'post', path, tag, scopes: managers, body },
      summary: `Create a ${noun}`,
      answers: {
        201: {
          description: 'Created',
          content: schemas.json(stored, example),
          headers: { ETag: schemas.etag, Location: { description: 'its address', schema: Joi.string() } },
        },
      },
      problems: ['OMS_BODY_INVALID', 'OMS_REFERENCE_CONFLICT'],
      async handle({ request, response, caller }) {
        const content = contentOf(collection, request.body);
        const row = await change(caller, (client) => createRow(client, collection, content));
        response.status(201).location(`/api/v1${path}/${row.id}`).set('etag', etagOf(row)).json(row);
      },
    }),
    operation({
      ...{ id: `replace${component}`, method: 'put', path: `${path}/{id}`, tag, scopes: managers, body },
      summary: `Replace a ${noun}`,
      parameters: { path: schemas.rowPath },
      headers: ifMatchHeader,
      answers: {
        200: { description: 'Replaced', content: schemas.json(stored, example), headers: { ETag: schemas.etag } },
      },
      problems: [...raceProblems, 'OMS_BODY_INVALID', 'OMS_REFERENCE_CONFLICT'],
      async handle({ request, response, path: { id }, caller }) {
        const matches = ifMatch(request);
        const content = contentOf(collection, request.body);
        const row = await change(caller, (client) => replaceRow(client, collection, id, content, matches));
        response.set('etag', etagOf(row)).json(row);
      },
    }),
    operation({
      ...{ id: `delete${component}`, method: 'delete', path: `${path}/{id}`, tag, scopes: managers },
      summary: `Delete a ${noun}`,
      description: 'It stays readable with `includeDeleted`, and as it was with `knownAt`.',
      parameters: { path: schemas.rowPath },
      headers: ifMatchHeader,
      answers: { 204: { description: 'Deleted' } },
      problems: raceProblems,
      async handle({ request, response, path: { id }, caller }) {
        const matches = ifMatch(request);
        await change(caller, (client) => deleteRow(client, collection, id, matches));
        response.status(204).end();
      },
    }),
    operation({
      ...{ id: `list${component}Changes`, method: 'get', path: `${path}/{id}/changes`, tag, scopes: readers },
      summary: `Who changed this ${noun}, when, from what to what`,
      parameters: {
        path: schemas.rowPath,
        query: Joi.object<{ after?: string; limit: number }>({
          after: schemas.changesAfter,
          limit: schemas.limit(1_000, 100),
        }),
      },
      answers: { 200: { description: 'A page', content: schemas.json(schemas.changesPage) } },
      async handle({ response, path: { id }, query }) {
        response.json(await listChanges(pool, { ...query, collection: name, rowId: id }));
      },
    }),
  ];
}

const raceProblems = ['OMS_REFERENCE_NOT_FOUND', 'OMS_PRECONDITION_REQUIRED', 'OMS_PRECONDITION_FAILED'] as const;

interface ListParameters {
  at?: Date;
  knownAt?: Date;
  includeDeleted: boolean;
  after?: string;
  limit: number;
}
