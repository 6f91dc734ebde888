import type { Pool } from 'pg';
import { readOnly } from '#processors/engine/read-only.ts';
import type { CallSettings } from '../thunderhead/controls.ts';
import { failedDocuments, type PlannedPipeline } from './failed-documents.ts';
import type { RetriggerFilter } from './filter.ts';
import { documentsPerMinute, minutesFor, waitingForCalls } from './pace.ts';

/** What a plan would do, before it does it. */
export interface Preview {
  documents: number;
  /** Of them, those that Thunderhead may have already. */
  mayExist: number;
  /** The most frequent first, a hundred at the most. */
  byCause: {
    code: string;
    fingerprint: string | null;
    category: string;
    stage: string;
    example: string;
    documents: number;
  }[];
  bySource: { sourceSystem: string; documents: number }[];
  pace: { documentsPerMinute: number; waitingAlready: number; minutes: number };
}

export interface PreviewParts {
  pool: Pool;
  pipeline: PlannedPipeline;
  calls: () => Pick<CallSettings, 'callsPerMinute' | 'batchSize'>;
}

interface Columns {
  grouped: 'all' | 'cause' | 'source';
  source_system: string;
  code: string;
  fingerprint: string | null;
  category: string;
  stage: string;
  example: string;
  documents: number;
  may_exist: number;
  to_make: number;
}

const mostWaiting = 10_000_000;
/** A hundred thousand failed ones take a second or two. */
const patienceMs = 30_000;

export async function preview({ pool, pipeline, calls }: PreviewParts, filter: RetriggerFilter): Promise<Preview> {
  const values: unknown[] = [];
  const failed = failedDocuments(filter, pipeline, (value) => `$${values.push(value)}`);
  const cause = 'code, fingerprint, category, stage';
  const text = `with failed as materialized (${failed})
    select case grouping(source_system, code) when 3 then 'all' when 2 then 'cause' else 'source' end as grouped,
       source_system, ${cause}, min(description) as example, count(*)::int as documents,
       count(*) filter (where may_exist)::int as may_exist, count(*) filter (where makes_document)::int as to_make
     from failed group by grouping sets ((), (source_system), (${cause}))
     order by count(*) desc, source_system, code`;
  const { rows } = await readOnly(pool, (client) => client.query<Columns>(text, values), patienceMs);
  const all = rows.find(({ grouped }) => grouped === 'all');
  const waitingAlready = await waitingForCalls(pool, pipeline, mostWaiting);
  return {
    documents: all?.documents ?? 0,
    mayExist: all?.may_exist ?? 0,
    byCause: rows
      .filter(({ grouped }) => grouped === 'cause')
      .slice(0, 100)
      .map(({ code, fingerprint, category, stage, example, documents }) => ({
        ...{ code, fingerprint, category, stage, example, documents },
      })),
    bySource: rows
      .filter(({ grouped }) => grouped === 'source')
      .map(({ source_system: sourceSystem, documents }) => ({ sourceSystem, documents })),
    pace: {
      documentsPerMinute: documentsPerMinute(calls()),
      waitingAlready,
      minutes: all?.to_make ? minutesFor(waitingAlready + all.to_make, calls()) : 0,
    },
  };
}
