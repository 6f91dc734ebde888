import type Joi from 'joi';

/** One of the three kinds of rows: what they hold, and what must be unique. All that is done with them is done in one way. */
export interface Collection<Row extends Content = Content> {
  /** In addresses and in files: `source-permissions`. */
  name: CollectionName;
  /** One row of it, in sentences. */
  noun: string;
  /** In the names of operations and schemas: `SourcePermission`. */
  component: string;
  table: string;
  /** Its own fields, and their columns. */
  columns: Readonly<Record<Exclude<keyof Row & string, 'effectiveFrom' | 'effectiveTo'>, string>>;
  /** Together they name what a row is about. Of that, one row at the most applies on any day. */
  key: readonly (keyof Row & string)[];
  /** What a client sends. */
  schema: Joi.ObjectSchema<Row>;
  example: Row;
  /** Fields that a list can be filtered by, and their rules. */
  filters: Readonly<Record<string, Joi.Schema>>;
}

export const collectionNames = ['rows', 'source-permissions', 'document-configurations'] as const;
export type CollectionName = (typeof collectionNames)[number];

/** What a client says of a row. */
export interface Content {
  /** `2026-01-01` */
  effectiveFrom: string;
  /** Exclusive. */
  effectiveTo: string;
}

/** What is kept of it. */
export type Stored<Row extends Content = Content> = Row & {
  id: string;
  version: number;
  /** ISO 8601; null while it is there. */
  deletedAt: string | null;
};

const periodColumns = { effectiveFrom: 'effective_from', effectiveTo: 'effective_to' };

/** Every field that a client sends, and its column. */
export const columnsOf = ({ columns }: Collection): Readonly<Record<string, string>> => ({
  ...columns,
  ...periodColumns,
});

/** A row as PostgreSQL's `to_jsonb` writes it. */
export type TableRow = Record<string, unknown> & { id: string; version?: number; deleted_at: string | null };

/** Fields under the names of their columns; what only the database writes is left out. */
export const toTable = (collection: Collection, row: Partial<Stored>): Record<string, unknown> => ({
  ...(row.id !== undefined && { id: row.id }),
  ...Object.fromEntries(
    Object.entries(columnsOf(collection)).map(([field, column]) => [column, (row as Record<string, unknown>)[field]]),
  ),
});

/** The other way round, from a row as it is, or as a change has kept it. */
export const fromTable = (collection: Collection, row: TableRow): Stored => ({
  id: row.id,
  version: row.version ?? 1,
  ...(Object.fromEntries(
    Object.entries(columnsOf(collection)).map(([field, column]) => [field, row[column]]),
  ) as unknown as Content),
  deletedAt: row.deleted_at === null ? null : new Date(row.deleted_at).toISOString(),
});

/** `document type IVZRECPA`: what a row is about. */
export const keyOf = ({ key }: Collection, row: Content): string =>
  key.map((field) => String((row as unknown as Record<string, unknown>)[field])).join(' ');
