import type { Pool, PoolClient } from 'pg';
import type { Boundary, Reached } from './boundary.ts';
import { fingerprint } from './fingerprint.ts';
import type { Failure } from './outcome.ts';
import { type Progress, stateOf } from './progress.ts';
import { inTransaction } from './transaction.ts';

export interface Settling {
  pipeline: string;
  at: Progress;
  next: Progress;
  now: Date;
  durable: boolean;
  /** Null when nothing worth telling happened: no history row. */
  reason: string | null;
  /** Null leaves the error row alone; `past` removes it, and with the end `cancelled` those of all stages. */
  failure: Failure | 'past' | null;
  facts: unknown;
  keep(facts: readonly unknown[], transaction: PoolClient): Promise<void>;
}

type Guard = Pick<Progress, 'id' | 'revision'>;

/** Not the id alone: a late writer may share the flush with the one who has the item now. */
const guardOf = ({ id, revision }: Guard): string => `${id} ${revision}`;

/** Moves many items on in one transaction: progress, history, error rows and facts. True for each that moved. */
export async function settleRows(pool: Pool, settlings: readonly Settling[], reached?: Reached): Promise<boolean[]> {
  const plain = settlings.every(({ failure, facts }) => failure === null && facts === undefined);
  // One statement is a transaction of its own, whose inside nobody can be told of.
  if (plain && !reached) {
    const moved = await move(pool, settlings);
    return settlings.map(({ at }) => moved.has(guardOf(at)));
  }
  return inTransaction(pool, async (transaction) => {
    const moved = await move(transaction, settlings);
    const mine = settlings.filter(({ at }) => moved.has(guardOf(at)));
    await recordFailures(transaction, mine);
    for (const [keep, facts] of factsByKeeper(mine)) await keep(facts, transaction);
    tellReached(reached, 'before-commit', settlings);
    return settlings.map(({ at }) => moved.has(guardOf(at)));
  });
}

/** Once for each stage that is in the flush. */
export function tellReached(reached: Reached | undefined, boundary: Boundary, settlings: readonly Settling[]): void {
  if (!reached) return;
  const steps = new Map(settlings.map(({ pipeline, at: { stage } }) => [`${pipeline} ${stage}`, { pipeline, stage }]));
  for (const step of steps.values()) reached(boundary, step);
}

async function move(connection: Pool | PoolClient, settlings: readonly Settling[]): Promise<Set<string>> {
  const column = <T>(value: (settling: Settling) => T): T[] => settlings.map(value);
  const { rows } = await connection.query<Guard>({
    name: 'oms-move',
    text: `with input as (
        select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[],
          $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[], $14::text[])
        as i (id, revision, stage, status, result, direction, attempts, runs, due_at, since, now, ran, to_state, reason)),
      moved as (
        update progress p set stage = i.stage, status = i.status, result = i.result, direction = i.direction,
          attempts = i.attempts, runs = i.runs, due_at = i.due_at, since = i.since, revision = p.revision + 1,
          rung_at = null, ended_at = case when i.status = 'ended' then i.now end
        from input i where p.id = i.id and p.revision = i.revision and p.status = 'running'
        returning p.id, i.revision),
      told as (
        insert into history (item_id, from_state, to_state, stage, reason, actor, at)
        select i.id, i.ran, i.to_state, i.ran, i.reason, 'worker', i.now
        from input i join moved using (id, revision) where i.reason is not null)
      select id, revision from moved`,
    values: [
      column(({ at }) => at.id),
      column(({ at }) => at.revision),
      column(({ next }) => next.stage),
      column(({ next }) => next.status),
      column(({ next }) => next.result),
      column(({ next }) => next.direction),
      column(({ next }) => next.attempts),
      column(({ next }) => next.runs),
      column(({ next }) => next.dueAt.toISOString()),
      column(({ next }) => next.since.toISOString()),
      column(({ now }) => now.toISOString()),
      column(({ at }) => at.stage),
      column(({ next }) => stateOf(next)),
      column(({ reason }) => (reason === null ? null : storable(reason))),
    ],
  });
  return new Set(rows.map(guardOf));
}

async function recordFailures(transaction: PoolClient, settlings: readonly Settling[]): Promise<void> {
  const failed = settlings.filter(({ failure }) => failure !== null && failure !== 'past');
  if (failed.length > 0) {
    const column = <T>(value: (failure: Failure, settling: Settling) => T): T[] =>
      failed.map((settling) => value(settling.failure as Failure, settling));
    await transaction.query(
      `insert into stage_error (item_id, stage, pipeline, category, code, description, details, resume_at, attempts,
         first_failed_at, last_failed_at, next_retry_at, fingerprint)
       select id, stage, pipeline, category, code, description, details, resume_at, 1, at, at, next_retry_at, fingerprint
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[],
         $9::timestamptz[], $10::timestamptz[], $11::text[])
         as f (id, stage, pipeline, category, code, description, details, resume_at, at, next_retry_at, fingerprint)
       on conflict (item_id, stage) do update set category = excluded.category, code = excluded.code,
         description = excluded.description, details = excluded.details, resume_at = excluded.resume_at,
         attempts = stage_error.attempts + 1, last_failed_at = excluded.last_failed_at,
         next_retry_at = excluded.next_retry_at, fingerprint = excluded.fingerprint`,
      [
        column((_, { at }) => at.id),
        column((_, { at }) => at.stage),
        column((_, { pipeline }) => pipeline),
        column(({ category }) => category),
        column(({ code }) => code),
        column(({ description }) => storable(description)),
        column(({ details }) => (details === undefined ? null : storable(JSON.stringify(details)))),
        column(({ resumeAt }, { at }) => resumeAt ?? at.stage),
        column((_, { now }) => now.toISOString()),
        column((_, { at, next }) => (isRetry(at, next) ? next.dueAt.toISOString() : null)),
        column(fingerprint),
      ],
    );
  }
  // Of an earlier round: the stages before this one have been passed since, and of those behind it nothing is known any more.
  const anew = failed.filter(({ at, next }) => at.round > 1 && at.result === null && next.result !== null);
  if (anew.length > 0)
    await transaction.query(
      `delete from stage_error e using unnest($1::uuid[], $2::text[]) as f (id, stage)
       where e.item_id = f.id and e.stage <> f.stage`,
      [anew.map(({ at }) => at.id), anew.map(({ at }) => at.stage)],
    );
  const past = settlings.filter(({ failure }) => failure === 'past');
  if (past.length > 0)
    await transaction.query(
      `delete from stage_error e using unnest($1::uuid[], $2::text[]) as p (id, stage)
       where e.item_id = p.id and (p.stage is null or e.stage = p.stage)`,
      [past.map(({ at }) => at.id), past.map(({ at, next }) => (next.result === 'cancelled' ? null : at.stage))],
    );
}

/** A stage that gave up and is undone stands at the same stage, but is not tried again. */
const isRetry = (at: Progress, next: Progress): boolean =>
  next.stage === at.stage && next.direction === at.direction && next.status !== 'ended';

function factsByKeeper(settlings: readonly Settling[]): Map<Settling['keep'], unknown[]> {
  const byKeeper = new Map<Settling['keep'], unknown[]>();
  for (const { keep, facts } of settlings) {
    if (facts === undefined) continue;
    const kept = byKeeper.get(keep);
    if (kept) kept.push(facts);
    else byKeeper.set(keep, [facts]);
  }
  return byKeeper;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair, as such or escaped in JSON, and a fault may hold either. */
export const storable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\u0000', '\ufffd')
    .replaceAll(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '\\ufffd');
