import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { begin } from '#processors/engine/begin.ts';
import type { Signal } from '#processors/engine/signal.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { sweepOnce } from '#queues/sweep.ts';
import { freshDatabase } from '../support/services.ts';

const graceMs = 5_000;
let pool: Pool;
let now: Date;
let rung: string[];
let reachable: boolean;
let paused: string[];
let inLineSince: Map<string, Date>;

beforeEach(async () => {
  pool = new Pool({ connectionString: await freshDatabase() });
  now = new Date('2026-11-21T03:00:00Z');
  rung = [];
  reachable = true;
  paused = [];
  inLineSince = new Map();
});
afterEach(() => pool.end());

const sweep = () =>
  sweepOnce({
    ...{ pool, graceMs, pipelines: ['toy'], intervalMs: 1_000, log: { warn: () => undefined } },
    clock: { now: () => now },
    paused: { of: () => paused },
    orchestration: {
      inLineSince: async () => inLineSince,
      signal: async (signals: readonly Signal[]) => {
        if (reachable) rung.push(...signals.flatMap(({ ids }) => ids));
        return reachable;
      },
    },
  });

const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

async function items(count: number, priority = 0): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  const entered = ids.map((id) => ({ id, dueAt: now, priority }));
  await inTransaction(pool, (transaction) =>
    begin(transaction, entered, { pipeline: 'toy', stage: 'first', actor: 'test', now }),
  );
  return ids;
}

test('what is due is left alone until its own ring must have been lost', async () => {
  const [id] = await items(1);
  later(graceMs - 1);
  expect([await sweep(), rung]).toEqual([0, []]);
  later(1);
  expect([await sweep(), rung]).toEqual([1, [id]]);
});

test('what waits in a long queue is not rung; what came before the ring that is next in line is', async () => {
  const [first] = await items(1);
  later(1_000);
  await items(2);
  later(graceMs);
  inLineSince = new Map([['first', new Date(now.getTime() - graceMs - 1_000)]]);
  expect(await sweep()).toBe(0);
  // The ring of the first one would have been before this one; those of the others may still be behind it.
  inLineSince = new Map([['first', new Date(now.getTime() - 1)]]);
  expect([await sweep(), rung]).toEqual([1, [first]]);
  later(60_000);
  expect(await sweep()).toBe(0);
  // Its second ring is gone too.
  inLineSince = new Map([['first', now]]);
  expect(await sweep()).toBe(3);
  later(graceMs);
  inLineSince = new Map();
  expect(await sweep()).toBe(3);
});

test('more than one statement takes are all rung in one turn, each once, by two sweeps together', async () => {
  const ids = await items(12_000);
  later(graceMs);
  const [one, other] = await Promise.all([sweep(), sweep()]);
  expect(one + other).toBe(12_000);
  expect(new Set(rung)).toEqual(new Set(ids));
  expect(rung).toHaveLength(12_000);
});

test('a ring that could not go out goes out as soon as the queue is back', async () => {
  const [id] = await items(1);
  later(graceMs);
  reachable = false;
  expect(await sweep()).toBe(0);
  reachable = true;
  expect([await sweep(), rung]).toEqual([1, [id]]);
});

test('a dead worker’s item is rung as soon as its lease is over', async () => {
  const [id] = await items(1);
  await pool.query(`update progress set status = 'running', due_at = $1`, [new Date(now.getTime() + 6_000)]);
  later(5_999);
  expect(await sweep()).toBe(0);
  later(1);
  expect([await sweep(), rung]).toEqual([1, [id]]);
});

test('what waits at a paused stage is not rung, and is not marked as if it had been', async () => {
  const [id] = await items(1);
  later(graceMs);
  paused = ['first'];
  expect([await sweep(), rung]).toEqual([0, []]);
  paused = ['second'];
  expect([await sweep(), rung]).toEqual([1, [id]]);
});
