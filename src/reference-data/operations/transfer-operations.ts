import { Readable } from 'node:stream';
import { pipeline as pipe } from 'node:stream/promises';
import express from 'express';
import Joi from 'joi';
import type { Pool } from 'pg';
import { type Operation, operation } from '#src/api/operation.ts';
import { Problem } from '#src/api/problem.ts';
import { collectionNames } from '../collections/collection.ts';
import { referenceRows } from '../collections/reference-rows.ts';
import { knownAt } from '../rows/known.ts';
import { exportLines } from '../transfer/export.ts';
import { importLines, readLines, tryImport } from '../transfer/import.ts';
import { actorOf, managers, readers } from './access.ts';
import * as schemas from './schemas.ts';

export interface TransferPorts {
  pool: Pool;
  changed: () => void;
  maxBodyBytes: number;
}

const ndjson = 'application/x-ndjson';

const fileRow = Joi.object({ collection: Joi.valid(...collectionNames).required() })
  .unknown()
  .description('one row: the name of its collection, and what would be posted there')
  .meta({ component: 'ReferenceFileRow' });
const line = { ...referenceRows.example, code: 'IVANNUAL', description: 'Annual statement' };
const example = `${JSON.stringify({ collection: referenceRows.name, ...line })}\n`;

const report = Joi.object({
  dryRun: Joi.boolean().required(),
  created: Joi.number().integer().required(),
  replaced: Joi.number().integer().required(),
  unchanged: Joi.number().integer().required(),
  refused: Joi.number()
    .integer()
    .required()
    .description('only in a dry run: otherwise one is enough to refuse them all'),
  lines: Joi.array()
    .items(
      Joi.object({
        line: Joi.number().integer().required().description('in the file, from 1'),
        result: Joi.valid('created', 'replaced', 'unchanged', 'refused').required(),
        id: Joi.string().guid().description('the row that was there before'),
        errors: Joi.array().items(
          Joi.object({ field: Joi.string().allow('').required(), message: Joi.string().required() }),
        ),
      }),
    )
    .required(),
}).meta({ component: 'ReferenceImportReport' });

/** From one system into another, or out of a file that somebody has edited. */
export const transferOperations = ({ pool, changed, maxBodyBytes }: TransferPorts): Operation[] => [
  operation({
    ...{ id: 'exportReferenceData', method: 'get', path: '/reference-data/export', tag: 'Reference data' },
    summary: 'All reference data as a file',
    description: 'A line for each row that is not deleted. Sent back to the import it changes nothing.',
    scopes: readers,
    parameters: { query: Joi.object<{ knownAt?: Date }>({ knownAt: schemas.knownAt }) },
    answers: { 200: { description: 'NDJSON', content: { [ndjson]: { schema: fileRow, example } } } },
    async handle({ response, query }) {
      const known = query.knownAt && (await knownAt(pool, query.knownAt));
      response.type(ndjson).set('content-disposition', 'attachment; filename="reference-data.ndjson"');
      await pipe(Readable.from(exportLines(pool, known)), response);
    },
  }),
  operation({
    ...{ id: 'importReferenceData', method: 'post', path: '/reference-data/import', tag: 'Reference data' },
    summary: 'Take reference data from a file',
    description:
      'A line replaces the row with the same key and the same effectiveFrom, or creates one; other rows stay. All of the file is taken, or nothing.',
    scopes: managers,
    parameters: {
      query: Joi.object<{ dryRun: boolean }>({
        dryRun: Joi.boolean().default(false).description('only say what would happen'),
      }),
    },
    body: {
      content: { [ndjson]: { schema: fileRow, examples: { usual: { summary: 'One line', value: example } } } },
      read: [
        express.raw({ type: ndjson, limit: maxBodyBytes }),
        (request, _response, next) => {
          if (!Buffer.isBuffer(request.body))
            throw new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', `send a file as ${ndjson}`);
          next();
        },
      ],
    },
    answers: { 200: { description: 'What happened, or would happen, line by line', content: schemas.json(report) } },
    problems: ['OMS_IMPORT_REFUSED'],
    async handle({ request, response, query, caller }) {
      const lines = await readLines(request.body);
      if (query.dryRun) return void response.json(await tryImport(pool, lines));
      const done = await importLines(pool, actorOf(caller), lines);
      changed();
      response.json(done);
    },
  }),
];
