import type { Pool, PoolClient } from 'pg';

/** Which documents are where at a stage, page by page. Only reads; what there is to say of them is in `items.ts`. */

/** What the board calls a document's state at one stage. */
export type StageState = 'waiting' | 'delayed' | 'active' | 'failed' | 'completed';

export interface StagePlace {
  pipeline: string;
  stage: string;
  /** The stages behind it; none behind the last. */
  later: readonly string[];
  /** The stage that runs whatever the result, or ''. Nothing fails there; an error row says that it is late. */
  always: string;
  now: Date;
}

export const isFailure = `p.result in ('failed', 'rejected')`;
/** The error of which an item has failed, as SQL: the last one, but for those of the stage that runs always. */
export const lastErrorOf = (item: string, always: string): string =>
  `select * from stage_error where item_id = ${item} and stage <> ${always} order by last_failed_at desc, stage desc limit 1`;
/** Where an item has failed. The parameter is the name of the stage that runs always. */
export const failedAt = (always: `$${number}`) => `(select stage from (${lastErrorOf('p.id', always)}) last)`;

interface Statement {
  text: string;
  values: unknown[];
}

/** `ended_at is null` is what lets the small index `progress_in_flight` answer. */
const inFlight = ({ pipeline, stage, now }: StagePlace, state: string, order: string): Statement => ({
  text: `select p.id from progress p
    where p.ended_at is null and p.pipeline = $1 and p.stage = $2 and ${state} and $3::timestamptz is not null
    order by ${order}`,
  values: [pipeline, stage, now],
});

/** Ids are UUIDv7, so their order is the order of arrival. What ended is shown newest first, what waits oldest first. */
const idsOf: Record<StageState, (place: StagePlace) => Statement> = {
  waiting: (place) => inFlight(place, `p.status = 'ready' and p.due_at <= $3`, 'p.id'),
  delayed: (place) => inFlight(place, `p.status = 'ready' and p.due_at > $3`, 'p.due_at, p.id'),
  active: (place) => inFlight(place, `p.status = 'running'`, 'p.id'),
  failed: ({ pipeline, stage, always }) => ({
    text: `select p.id from stage_error f join progress p on p.id = f.item_id
      where f.pipeline = $1 and f.stage = $2 and p.ended_at is not null and ${isFailure} and ${failedAt('$3')} = $2
      order by f.last_failed_at desc, p.id desc`,
    values: [pipeline, stage, always],
  }),
  // No index knows what has got past a stage. None is needed: down the primary key almost every row has.
  completed: ({ pipeline, later, always }) =>
    later.length === 0
      ? {
          text: 'select p.id from progress p where p.ended_at is not null and p.pipeline = $1 order by p.id desc',
          values: [pipeline],
        }
      : {
          text: `select p.id from progress p
            where p.pipeline = $1 and (p.result = 'completed' or (p.result is null and p.stage = any($2::text[]))
              or (${isFailure} and ${failedAt('$3')} = any($2)))
            order by p.id desc`,
          values: [pipeline, later, always],
        },
};

export async function pageOfIds(
  client: PoolClient,
  place: StagePlace,
  state: StageState,
  { offset, limit }: { offset: number; limit: number },
): Promise<string[]> {
  const { text, values } = idsOf[state](place);
  const { rows } = await client.query<{ id: string }>(
    `${text} offset $${values.length + 1} limit $${values.length + 2}`,
    [...values, offset, limit],
  );
  return rows.map(({ id }) => id);
}

/** How many were rejected at the stage, which nobody retries but one by one. */
export async function rejectedAt(
  pool: Pool,
  { pipeline, stage, always }: Pick<StagePlace, 'pipeline' | 'stage' | 'always'>,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from stage_error f join progress p on p.id = f.item_id
     where f.pipeline = $1 and f.stage = $2 and p.ended_as = 'rejected' and ${failedAt('$3')} = $2`,
    [pipeline, stage, always],
  );
  return rows[0]?.count ?? 0;
}
