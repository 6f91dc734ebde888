import Joi from 'joi';
import type { Pool, PoolClient } from 'pg';
import { type Bind, statement } from '#src/platform/statement.ts';
import {
  type Collection,
  type CollectionName,
  type Content,
  fromTable,
  type Stored,
  type TableRow,
} from '../collections/collection.ts';
import type { DocumentConfigurationContent } from '../collections/document-configurations.ts';
import { collections } from '../collections/index.ts';
import type { ReferenceRowContent } from '../collections/reference-rows.ts';
import type { SourcePermissionContent } from '../collections/source-permissions.ts';
import { type Known, tableOf } from '../rows/known.ts';
import { bookkeeping, day } from '../rules.ts';

/** All reference data of one moment, without what is deleted. There are few rows: they travel, and are kept, together. */
export interface Snapshot {
  /** Another one after every change; nothing is to be read from it but whether it is the same. */
  version: string;
  rows: readonly Stored<ReferenceRowContent>[];
  'source-permissions': readonly Stored<SourcePermissionContent>[];
  'document-configurations': readonly Stored<DocumentConfigurationContent>[];
}

/** Asked some times a second by every process; the table has one row. */
export async function readVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>({
    name: 'oms-reference-version',
    text: 'select version from reference_version',
  });
  return (rows[0] as { version: string }).version;
}

/** One statement, so that version and rows are those of one moment. */
export async function readSnapshot(database: Pool | PoolClient, known: Known = 'now'): Promise<Snapshot> {
  const all = (collection: Collection, bind: Bind) =>
    `(select coalesce(jsonb_agg(to_jsonb(row) order by id), '[]') from ${tableOf(collection, known, bind)} as row
      where deleted_at is null) as "${collection.name}"`;
  const { rows } = await database.query<{ version: string } & Record<CollectionName, TableRow[]>>(
    statement(
      (bind) => `select version, ${collections.map((each) => all(each, bind)).join(', ')} from reference_version`,
    ),
  );
  const row = rows[0] as (typeof rows)[number];
  return {
    version: row.version,
    ...Object.fromEntries(collections.map((each) => [each.name, row[each.name].map((one) => fromTable(each, one))])),
  } as unknown as Snapshot;
}

/** Leniently: rows that were right when they were written stay readable when the rules are tightened. */
const storedSchema = ({ columns, component }: Collection<Content>): Joi.ObjectSchema =>
  Joi.object({
    ...bookkeeping,
    ...Object.fromEntries(Object.keys(columns).map((field) => [field, fieldSchemas[field] ?? Joi.string().required()])),
    effectiveFrom: day.required(),
    effectiveTo: day.required(),
  }).meta({ component: `Snapshot${component}` });

const fieldSchemas: Readonly<Record<string, Joi.Schema>> = {
  description: Joi.string().allow('').required(),
  attributes: Joi.object().unknown().required(),
  footerId: Joi.number().integer().required(),
};

export const snapshotSchema = Joi.object<Snapshot>({
  version: Joi.string().required().description('another one after every change'),
  ...Object.fromEntries(
    collections.map((collection) => [collection.name, Joi.array().items(storedSchema(collection)).required()]),
  ),
}).meta({ component: 'ReferenceSnapshot' });
