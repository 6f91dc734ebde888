import type { ReferenceRow } from '#processors/document/ports.ts';
import type { Content, Stored } from '../collections/collection.ts';
import type { DocumentConfigurationContent } from '../collections/document-configurations.ts';
import type { Snapshot } from './snapshot.ts';

/** Rows of one key, with their periods as numbers. */
export interface Dated<Row> {
  /** Milliseconds since 1970; the beginning of the day, UTC. */
  from: number;
  /** Exclusive. */
  to: number;
  row: Row;
}

type ByKey<Row> = ReadonlyMap<string, readonly Dated<Row>[]>;

/** A snapshot, ready to be looked up in: an answer is one look into a map, because every document asks for a dozen. */
export interface ReferenceRows {
  version: string;
  reference: ByKey<ReferenceRow>;
  permissions: ByKey<null>;
  configurations: ByKey<Stored<DocumentConfigurationContent>>;
}

/** The keys under which rows are found; no code has a space in it. */
export const referenceKey = (type: string, code: string): string => `${type} ${code}`;
export const permissionKey = (sourceSystem: string, documentType: string): string => `${sourceSystem} ${documentType}`;
export const configurationKey = (code: string, spec: string, footerId: number): string => `${code} ${spec} ${footerId}`;

/** The row that applies at a moment: periods of one key do not overlap. */
export const effective = <Row>(dated: readonly Dated<Row>[] | undefined, at: Date): Dated<Row> | undefined => {
  if (!dated) return undefined;
  const moment = at.getTime();
  for (const each of dated) if (each.from <= moment && moment < each.to) return each;
  return undefined;
};

/** Takes a snapshot apart, once for all the lookups in it. */
export function rowsOf(snapshot: Snapshot): ReferenceRows {
  return {
    version: snapshot.version,
    reference: byKey(
      snapshot.rows,
      ({ type, code }) => referenceKey(type, code),
      ({ code, description, attributes }) => Object.freeze({ code, description, attributes }) as ReferenceRow,
    ),
    permissions: byKey(
      snapshot['source-permissions'],
      ({ sourceSystem, documentType }) => permissionKey(sourceSystem, documentType),
      () => null,
    ),
    configurations: byKey(
      snapshot['document-configurations'],
      ({ code, spec, footerId }) => configurationKey(code, spec, footerId),
      (row) => row,
    ),
  };
}

const beginning = (day: string): number => Date.parse(`${day}T00:00:00Z`);

function byKey<From extends Content, Row>(
  rows: readonly From[],
  key: (row: From) => string,
  kept: (row: From) => Row,
): ByKey<Row> {
  const map = new Map<string, Dated<Row>[]>();
  for (const row of rows) {
    const dated = { from: beginning(row.effectiveFrom), to: beginning(row.effectiveTo), row: kept(row) };
    const known = map.get(key(row));
    if (known) known.push(dated);
    else map.set(key(row), [dated]);
  }
  return map;
}
