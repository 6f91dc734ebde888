import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '#processors/engine/clock.ts';
import { storable } from '#processors/engine/settle.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { failedDocuments, type PlannedPipeline } from './failed-documents.ts';
import type { RetriggerFilter } from './filter.ts';

/** Plans as they are kept: made, looked at, held up. What sets their documents going is in `turn.ts`. */

export type PlanStatus = 'running' | 'paused' | 'stopped' | 'done';
export type ItemState = 'pending' | 'going' | 'completed' | 'failed' | 'skipped';
export const itemStates: readonly ItemState[] = ['pending', 'going', 'completed', 'failed', 'skipped'];

export interface Plan {
  id: string;
  /** As it was asked; of ids that were named, how many. */
  filter: Record<string, unknown>;
  reason: string;
  actor: string;
  client: string;
  status: PlanStatus;
  createdAt: Date;
  /** When it was last held up or let go on, and by whom. */
  changedAt: Date;
  changedBy: string;
  endedAt: Date | null;
  counts: Record<ItemState, number>;
}

export interface PlansParts {
  pool: Pool;
  clock: Clock;
  pipeline: PlannedPipeline;
}

export interface NewPlan {
  filter: RetriggerFilter;
  reason: string;
  actor: string;
  client: string;
}

/** All that have failed now, and no others; undefined when there are none. Ids that were named and are not among them are skipped. */
export function startPlan({ pool, clock, pipeline }: PlansParts, plan: NewPlan): Promise<string | undefined> {
  const { filter, reason, actor, client } = plan;
  const id = uuidv7();
  const now = clock.now();
  return inTransaction(pool, async (transaction) => {
    await transaction.query(
      `insert into retrigger_plan (id, filter, reason, actor, client, status, created_at, changed_at, changed_by)
       values ($1, $2, $3, $4, $5, 'running', $6, $6, $4)`,
      [id, storable(JSON.stringify(toldOf(filter))), storable(reason), actor, client, now],
    );
    const values: unknown[] = [id, now];
    const failed = failedDocuments(filter, pipeline, (value) => `$${values.push(value)}`);
    const { rowCount } = await transaction.query(
      `insert into retrigger_item (plan_id, item_id, state, round, changed_at)
       select $1, id, 'pending', round, $2::timestamptz from (${failed}) f`,
      values,
    );
    if (!rowCount) {
      await transaction.query('delete from retrigger_plan where id = $1', [id]);
      return undefined;
    }
    if (filter.ids)
      await transaction.query(
        `insert into retrigger_item (plan_id, item_id, state, round, note, changed_at)
         select distinct $1::uuid, named, 'skipped', 0, $3, $2::timestamptz from unnest($4::uuid[]) as named
         on conflict do nothing`,
        [id, now, 'had not failed when the plan was made, or the filter leaves it out', filter.ids],
      );
    return id;
  });
}

/** For those who read what was asked: which documents were named is seen in the plan's own list. */
export const toldOf = ({ ids, ...filter }: RetriggerFilter): Record<string, unknown> => ({
  ...filter,
  ...(ids && { ids: ids.length }),
});

/** How many documents of a plan are in which state, as SQL. Of one that has ended they stand in its row: nothing changes any more. */
export const countsOf = (plan: string): string =>
  `(select coalesce(jsonb_object_agg(state, count), '{}') from
    (select state, count(*)::int as count from retrigger_item where plan_id = ${plan} group by state) c)`;

const columns = `l.id, l.filter, l.reason, l.actor, l.client, l.status, l.created_at as "createdAt",
  l.changed_at as "changedAt", l.changed_by as "changedBy", l.ended_at as "endedAt",
  coalesce(l.counts, ${countsOf('l.id')}) as counts`;

/** Newest first. */
export async function listPlans({ pool }: Pick<PlansParts, 'pool'>, limit = 50): Promise<Plan[]> {
  const { rows } = await pool.query<Plan>(`select ${columns} from retrigger_plan l order by l.id desc limit $1`, [
    limit,
  ]);
  return rows.map(withAllCounts);
}

export async function findPlan({ pool }: Pick<PlansParts, 'pool'>, id: string): Promise<Plan | undefined> {
  const { rows } = await pool.query<Plan>(`select ${columns} from retrigger_plan l where l.id = $1`, [id]);
  return rows.map(withAllCounts)[0];
}

const withAllCounts = (plan: Plan): Plan => ({
  ...plan,
  counts: Object.fromEntries(itemStates.map((state) => [state, plan.counts[state] ?? 0])) as Plan['counts'],
});

export interface PlanItem {
  id: string;
  state: ItemState;
  /** Why it was skipped, or what it failed of again. */
  note: string | null;
  changedAt: Date;
}

export async function planItems(
  { pool }: Pick<PlansParts, 'pool'>,
  planId: string,
  { state, after, limit }: { state?: ItemState | undefined; after?: string | undefined; limit: number },
): Promise<PlanItem[]> {
  const { rows } = await pool.query<PlanItem>(
    `select item_id as id, state, note, changed_at as "changedAt" from retrigger_item
     where plan_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or item_id > $3)
     order by item_id limit $4`,
    [planId, state, after, limit],
  );
  return rows;
}

/** From where each is possible, and where it leads. What was stopped stays so. */
const changes = {
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  stop: { from: ['running', 'paused'], to: 'stopped' },
} as const;

export type PlanChange = keyof typeof changes;
export const planChanges = Object.keys(changes) as PlanChange[];
export const may = (change: PlanChange, { status, endedAt }: Pick<Plan, 'status' | 'endedAt'>): boolean =>
  endedAt === null && changes[change].from.some((from) => from === status);

/** False when the plan does not stand so that this can be done. What has been set going already goes on. */
export function changePlan(
  { pool, clock }: PlansParts,
  id: string,
  change: PlanChange,
  actor: string,
): Promise<boolean> {
  const { from, to } = changes[change];
  return inTransaction(pool, async (transaction) => {
    const { rowCount } = await transaction.query(
      `update retrigger_plan set status = $2, changed_at = $3, changed_by = $4
       where id = $1 and status = any($5::text[]) and ended_at is null`,
      [id, to, clock.now(), actor, from],
    );
    if (rowCount && change === 'stop')
      await transaction.query(
        `update retrigger_item set state = 'skipped', note = $2, changed_at = $3 where plan_id = $1 and state = 'pending'`,
        [id, 'the plan was stopped', clock.now()],
      );
    return Boolean(rowCount);
  });
}
