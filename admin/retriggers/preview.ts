import { readOnly } from '#processors/engine/read-only.ts';
import { failedDocuments } from './failed-documents.ts';
import type { RetriggerFilter } from './filter.ts';
import type { AtThunderhead } from './may-exist.ts';
import { type Pace, type PaceParts, paceFor } from './pace.ts';

/** Of some documents, those that Thunderhead may have already: see `may-exist.ts`. */
export interface MayExist {
  /** Either of them. */
  mayExist: number;
  askedFirst: number;
  madeBefore: number;
}

/** What a plan would do, before it does it. */
export interface Preview extends MayExist {
  documents: number;
  /** Some of those that may exist, twenty at the most. */
  examples: ({ id: string } & AtThunderhead)[];
  /** The most frequent first, a hundred at the most. */
  byCause: ({
    code: string;
    fingerprint: string | null;
    category: string;
    stage: string;
    example: string;
    documents: number;
  } & MayExist)[];
  bySource: { sourceSystem: string; documents: number }[];
  pace: Pace;
}

interface Columns extends MayExist {
  grouped: 'all' | 'cause' | 'source';
  source_system: string;
  code: string;
  fingerprint: string | null;
  category: string;
  stage: string;
  example: string;
  documents: number;
  to_make: number;
  /** Of all together. */
  examples: Preview['examples'] | null;
}

/** A hundred thousand failed ones take a second or two. */
const patienceMs = 30_000;

export async function preview(parts: PaceParts, filter: RetriggerFilter): Promise<Preview> {
  const values: unknown[] = [];
  const failed = failedDocuments(filter, parts.pipeline, (value) => `$${values.push(value)}`);
  const cause = 'code, fingerprint, category, stage';
  const count = (column: string, name: string) => `count(*) filter (where ${column})::int as "${name}"`;
  const text = `with failed as materialized (${failed})
    select case grouping(source_system, code) when 3 then 'all' when 2 then 'cause' else 'source' end as grouped,
       source_system, ${cause}, min(description) as example, count(*)::int as documents,
       ${count('may_exist', 'mayExist')}, ${count('asked_first', 'askedFirst')}, ${count('made_before', 'madeBefore')},
       ${count('makes_document', 'to_make')},
       case grouping(source_system, code) when 3 then (
         select jsonb_agg(jsonb_build_object('id', id, 'askedFirst', asked_first, 'madeBefore', made_before)) from (
           select id, asked_first, made_before from failed where may_exist order by id limit 20) shown) end as examples
     from failed group by grouping sets ((), (source_system), (${cause}))
     order by count(*) desc, source_system, code, stage`;
  const { rows } = await readOnly(parts.pool, (client) => client.query<Columns>(text, values), patienceMs);
  const all = rows.find(({ grouped }) => grouped === 'all');
  return {
    documents: all?.documents ?? 0,
    ...mayExistOf(all),
    examples: all?.examples ?? [],
    byCause: rows
      .filter(({ grouped }) => grouped === 'cause')
      .slice(0, 100)
      .map(({ code, fingerprint, category, stage, example, documents, ...row }) => ({
        ...{ code, fingerprint, category, stage, example, documents, ...mayExistOf(row) },
      })),
    bySource: rows
      .filter(({ grouped }) => grouped === 'source')
      .map(({ source_system: sourceSystem, documents }) => ({ sourceSystem, documents })),
    pace: await paceFor(parts, all?.to_make ?? 0),
  };
}

const mayExistOf = ({ mayExist = 0, askedFirst = 0, madeBefore = 0 }: Partial<MayExist> = {}): MayExist => ({
  ...{ mayExist, askedFirst, madeBefore },
});
