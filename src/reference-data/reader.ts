import type { Pool } from 'pg';
import type { ConfigurationLookup, ReferenceData, ReferenceRow, ReferenceType } from '#processors/document/ports.ts';

/**
 * Reference data read from its tables. There are few rows and every document asks for a dozen of them, so all are kept
 * in memory and read anew when they are older than two seconds; while the database is away the old ones answer.
 */
export function referenceReader(pool: Pool, maxAgeMs = 2_000): ReferenceData {
  let rows: Promise<ReferenceRows> | undefined;
  let readAt = 0;

  const current = (): Promise<ReferenceRows> => {
    if (rows && performance.now() - readAt < maxAgeMs) return rows;
    const previous = rows;
    readAt = performance.now();
    rows = readRows(pool).catch((error) => {
      if (previous) return previous;
      rows = undefined;
      throw error;
    });
    return rows;
  };

  return {
    async find(type, code, at) {
      return effective((await current()).reference.get(`${type} ${code}`), at)?.row;
    },
    async allows(sourceSystem, documentType, at) {
      return effective((await current()).permissions.get(`${sourceSystem} ${documentType}`), at) !== undefined;
    },
    async configuration(lookup, at) {
      const { configurations, reference } = await current();
      const name = effective(reference.get(`DOCUMENT_NAME ${lookup.documentName}`), at)?.row;
      const type = name && effective(reference.get(`DOCUMENT_TYPE ${name.attributes.documentType}`), at)?.row;
      for (const spec of [lookup.documentName, type?.attributes.specPrefix, '*'])
        for (const footerId of new Set([lookup.footerId, 0])) {
          const row = spec && effective(configurations.get(configurationKey({ ...lookup, spec, footerId })), at);
          if (row) return row.value;
        }
      return undefined;
    },
  };
}

interface Effective {
  from: Date;
  /** Exclusive. */
  to: Date;
}

interface ReferenceRows {
  reference: Map<string, (Effective & { row: ReferenceRow })[]>;
  permissions: Map<string, Effective[]>;
  configurations: Map<string, (Effective & { value: string })[]>;
}

const effective = <T extends Effective>(rows: readonly T[] | undefined, at: Date): T | undefined =>
  rows?.find(({ from, to }) => from <= at && at < to);

const configurationKey = ({
  code,
  spec,
  footerId,
}: Pick<ConfigurationLookup, 'code' | 'footerId'> & { spec: string }) => `${code} ${spec} ${footerId}`;

async function readRows(pool: Pool): Promise<ReferenceRows> {
  const period = `effective_from::timestamptz as "from", effective_to::timestamptz as "to"`;
  const [reference, permissions, configurations] = await Promise.all([
    pool.query<Effective & ReferenceRow & { type: ReferenceType }>(
      `select type, code, description, attributes, ${period} from reference_data where deleted_at is null`,
    ),
    pool.query<Effective & { source_system: string; document_type: string }>(
      `select source_system, document_type, ${period} from source_permission where deleted_at is null`,
    ),
    pool.query<Effective & { footer_id: number; spec: string; code: ConfigurationLookup['code']; value: string }>(
      `select footer_id, spec, code, value, ${period} from document_configuration where deleted_at is null`,
    ),
  ]);
  return {
    reference: Map.groupBy(
      reference.rows.map(({ from, to, type, ...row }) => ({ from, to, type, row })),
      ({ type, row }) => `${type} ${row.code}`,
    ),
    permissions: Map.groupBy(permissions.rows, (row) => `${row.source_system} ${row.document_type}`),
    configurations: Map.groupBy(configurations.rows, ({ footer_id, spec, code }) =>
      configurationKey({ code, spec, footerId: footer_id }),
    ),
  };
}
