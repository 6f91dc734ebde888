import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { ReferenceData } from '#processors/document/ports.ts';
import type { ReferenceDataConfig } from '#src/config/reference-data.ts';
import type { Logger } from '#src/platform/log.ts';
import { databaseSource } from './cache/database-source.ts';
import { httpSource } from './cache/http-source.ts';
import { KeptRows } from './cache/kept-rows.ts';
import { referenceReader } from './reader.ts';

export interface ReferenceDataPorts {
  pool: Pool;
  redis: Redis | undefined;
  /** For REFERENCE_DATA_URL, which the configuration takes only with a client of ours. */
  token: (() => Promise<string>) | undefined;
  log: Pick<Logger, 'warn' | 'info'>;
}

export interface OpenReferenceData {
  reference: ReferenceData;
  kept: KeptRows;
  /** In words, for the readiness probe. */
  state(): string;
}

/** Reference data from where the configuration says: its tables, or the Reference Data API. */
export function openReferenceData(
  { url, graceMs }: Pick<ReferenceDataConfig, 'url' | 'graceMs'>,
  { pool, redis, token, log }: ReferenceDataPorts,
): OpenReferenceData {
  const from = url === undefined ? 'the database' : url;
  const kept = new KeptRows({
    source:
      url === undefined ? databaseSource({ pool, redis }) : httpSource({ url, token: token as () => Promise<string> }),
    graceMs,
    onStale: (err) => log.warn({ err }, `reference data: ${from} does not answer; last known rows are used, if any`),
    onFresh: () => log.info(`reference data: ${from} answers again`),
  });
  return {
    ...{ kept, reference: referenceReader(kept) },
    state() {
      // A probe is a use: what nobody asked for lately is asked about, and the next probe knows.
      void Promise.resolve()
        .then(() => kept.current())
        .catch(() => {});
      const { stale, ageMs } = kept.state();
      const age = ageMs === null ? 'none are known' : `last confirmed ${Math.round(ageMs / 1_000)} s ago`;
      return stale ? `stale: ${age}` : 'as the source has it';
    },
  };
}
