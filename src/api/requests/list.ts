import type { Pool, PoolClient } from 'pg';
import type { VisibleSources } from '#src/security/caller.ts';
import { needsSources } from './access-paths.ts';
import { countIds, findIds } from './find-ids.ts';
import { cursorOf, type ListQuery } from './list-query.ts';
import { idsReceived } from './received-range.ts';
import { findRequests, type RequestView } from './request-view.ts';
import { alongIndexes } from './snapshot.ts';

export interface RequestPage {
  items: readonly RequestView[];
  /** Send it back as `after` to read on; null at the end. */
  next: string | null;
  /** Of the whole list; only on demand. */
  total?: number;
  /** There may be more than `total`: counting was given up. */
  totalCapped?: boolean;
}

/** A page of what the caller may see, newest first. */
export async function listRequests(
  pool: Pool,
  { limit, after, total, ...filter }: ListQuery,
  visible: VisibleSources,
  stages: readonly [string, ...string[]],
): Promise<RequestPage> {
  const sources = sourcesAsked(filter.sourceSystem, visible);
  return alongIndexes(pool, async (client) => {
    const known = !sources && needsSources(filter) ? await knownSources(client) : [];
    const range = await idsReceived(client, filter);
    const search = { filter, sources, known, range, stages };
    const before = after && range.before && range.before < after ? range.before : (after ?? range.before);
    const { ids, next } = await findIds(client, { ...search, range: { ...range, ...(before && { before }) } }, limit);
    return {
      items: await findRequests(client, ids, stages[0]),
      next: next && cursorOf(next),
      ...(total && (await countIds(client, search))),
    };
  });
}

/** Undefined: all of them. */
function sourcesAsked(asked: string | undefined, visible: VisibleSources): readonly string[] | undefined {
  if (visible === 'all') return asked ? [asked] : undefined;
  return asked ? visible.filter((source) => source === asked) : visible;
}

/** From one source to the next along an index, without passing what lies between. */
export async function knownSources(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ source: string }>(
    `with recursive known (source) as (
       (select source_system from document_request order by source_system limit 1)
       union all
       select (select source_system from document_request where source_system > source order by source_system limit 1)
       from known where source is not null)
     select source from known where source is not null`,
  );
  return rows.map(({ source }) => source);
}
