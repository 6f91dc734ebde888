import type { PoolClient } from 'pg';
import { type Bind, conditionsOf } from './conditions.ts';
import { type Walk, type Wish, walksOf } from './walks.ts';

/** The most requests that are looked at for one page, which takes some 25 ms. Who needs more reads on from there. */
const patience = 10_000;

/** Which way is the shorter one is seen by looking this far down each. */
const glance = 1_000;

export interface Found {
  /** Newest first. */
  ids: readonly string[];
  /** Where to read on; null: there is no more. */
  next: string | null;
}

/** The ids of a page. It may be shorter than asked for, and yet not the last. */
export async function findIds(client: PoolClient, wish: Wish, limit: number): Promise<Found> {
  const walk = await shortest(client, walksOf(wish));
  const rows = await ask<{ id: string }>(
    client,
    (bind) => `${matching(walk, wish, bind)} order by w.id desc limit ${limit + 1}`,
  );
  const ids = rows.map(({ id }) => id).slice(0, limit);
  return { ids, next: rows.length > limit ? (ids.at(-1) ?? null) : await whereItGaveUp(client, walk) };
}

/** Of the whole list, as far as patience goes. */
export async function countIds(client: PoolClient, wish: Wish): Promise<{ total: number; totalCapped: boolean }> {
  const walk = await shortest(client, walksOf(wish));
  const [row] = await ask<{ total: number }>(
    client,
    (bind) => `select count(*)::int as total from (${matching(walk, wish, bind)}) m`,
  );
  return { total: row?.total ?? 0, totalCapped: (await whereItGaveUp(client, walk)) !== null };
}

async function shortest(client: PoolClient, walks: [Walk, ...Walk[]]): Promise<Walk> {
  if (walks.length === 1) return walks[0];
  const rows = await ask<{ lengths: number[] }>(client, (bind) => {
    const lengths = walks.map((walk) => `(select count(*)::int from (${downThe(walk, bind)} limit ${glance}) w)`);
    return `select array[${lengths.join(', ')}] as lengths`;
  });
  const lengths = rows[0]?.lengths ?? [];
  return walks[lengths.indexOf(Math.min(...lengths))] ?? walks[0];
}

/** The last request that was looked at; null when there is none behind it. */
async function whereItGaveUp(client: PoolClient, walk: Walk): Promise<string | null> {
  const [last, another] = await ask<{ id: string }>(
    client,
    (bind) => `${downThe(walk, bind)} offset ${patience - 1} limit 2`,
  );
  return last && another ? last.id : null;
}

/** Each part in its own order and with its own end, or PostgreSQL would not merge them but sort them all. */
function downThe(walk: Walk, bind: Bind): string {
  const parts = walk.parts(bind).map((part) => `(${part} order by 1 desc limit ${patience + 1})`);
  return `select id from (${parts.join(' union all ') || 'select null::uuid as id where false'}) way order by id desc`;
}

/** What is on the way and meets the conditions that the way does not prove: one row after the other is looked up. */
function matching(walk: Walk, { filter, sources, stages }: Wish, bind: Bind): string {
  const way = `select w.id from (${downThe(walk, bind)} limit ${patience}) w`;
  const open = Object.entries(conditionsOf(filter, sources, stages[0])).filter(
    ([name]) => !walk.proves.some((proved) => proved === name),
  );
  if (open.length === 0) return way;
  const conditions = open.map(([, { sql }]) => sql(bind));
  const rows = { r: 'document_request r', p: 'progress p' } as const;
  const tables = [...new Set(open.map(([, { of }]) => of))].filter((table) => table !== null);
  // With its limit of one row it cannot be turned into another kind of join, which would look at all rows first.
  return `${way} cross join lateral (
    select ${tables.length > 0 ? `from ${tables.map((table) => rows[table]).join(', ')}` : ''}
    where ${[...tables.map((table) => `${table}.id = w.id`), ...conditions].join(' and ')} limit 1) asked`;
}

/** Asks a statement that is told its values while it is written. */
async function ask<Row extends object>(client: PoolClient, write: (bind: Bind) => string): Promise<Row[]> {
  const values: unknown[] = [];
  const text = write((value) => `$${values.push(value)}`);
  return (await client.query<Row>(text, values)).rows;
}
