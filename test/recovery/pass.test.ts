import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pipelineShapes } from '#src/compose/pipeline-shapes.ts';
import { readConfig } from '#src/config.ts';
import { databaseClock } from '#src/platform/clock.ts';
import { recoveryPass } from '#src/recovery/pass.ts';
import { gapsIn } from '#test/support/client.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

let oms: Oms;
let clock: Awaited<ReturnType<typeof databaseClock>>;
beforeAll(async () => {
  oms = await startOms({
    // Nobody rings for what a pass of these tests has set going: the sweep does.
    environment: { POLL_DEADLINE_MS: '400', SWEEP_INTERVAL_MS: '50', SWEEP_GRACE_MS: '50' },
  });
  clock = await databaseClock(oms.pool);
});
afterAll(async () => {
  clock?.[Symbol.dispose]();
  await oms?.close();
});

const defaults = readConfig({
  DATABASE_URL: 'postgres://localhost/oms',
  THUNDERHEAD_URL: 'http://localhost/',
  OIDM_URL: 'http://localhost/',
}).recovery;

const lost: Parameters<typeof recoveryPass>[0]['orchestration'] = { signal: async () => true };
const pass = (more: Partial<typeof defaults> = {}, orchestration = lost, stopping?: AbortSignal) =>
  recoveryPass(
    { pool: oms.pool, clock, orchestration, documents: pipelineShapes.documents, log: { info() {} } },
    { ...defaults, ...more },
    stopping,
  );

/** Lets so much time pass for what has failed, and ended. */
async function age(id: string, seconds: number): Promise<void> {
  await oms.pool.query(
    `update stage_error set last_failed_at = last_failed_at - $2 * interval '1 second' where item_id = $1`,
    [id, seconds],
  );
  await oms.pool.query(`update progress set ended_at = ended_at - $2 * interval '1 second' where id = $1`, [
    id,
    seconds,
  ]);
}

test('a document that took too long is followed on after a quarter of an hour, and completes', async () => {
  const { id } = await oms.through(troubled('slow:1500'));
  expect(await pass()).toEqual({ recovered: 0, announced: 1, deleted: 0 });
  const announced = (await oms.get(id)).errors[0];
  expect(Date.parse(announced?.nextRetryAt as string)).toBe(Date.parse(announced?.lastFailedAt as string) + 900_000);
  let view = await oms.get(id);
  // The batch may need another try.
  for (let tries = 1; view.status === 'FAILED' && tries <= 3; tries++) {
    await age(id, 901);
    expect(await pass()).toMatchObject({ recovered: 1 });
    view = await oms.finished(id);
  }
  expect(view).toMatchObject({ status: 'COMPLETED', errors: [] });
  expect(await oms.sandbox.accepted(id)).toHaveLength(1);
  const history = await oms.history(id);
  expect(gapsIn(history)).toEqual([]);
  expect(history.find(({ actor }) => actor === 'recovery')).toMatchObject({
    from: 'failed',
    to: 'poll',
    reason: 'recovery: try 1 of 3 after OMS_BATCH_OVERDUE',
  });
});

test('a spoilt batch and a rejected document wait for an operator, however long', async () => {
  const [spoilt, rejected] = [
    await oms.through(troubled('error')),
    await oms.through(invoice({ documentName: 'IVNOSUCH' })),
  ];
  expect([spoilt.status, rejected.status]).toEqual(['FAILED', 'REJECTED']);
  for (const { id } of [spoilt, rejected]) await age(id, 10 * 86_400);
  expect(await pass()).toEqual({ recovered: 0, announced: 0, deleted: 0 });
  expect(await pass({ rules: [{ category: 'VALIDATION_ERROR', times: 9, everyMs: 1 }] })).toMatchObject({
    recovered: 0,
  });
});

test('calls that tell clients have had their tries; however many failed, documents go', async () => {
  const { id } = await oms.through(troubled('slow:60000'));
  await age(id, 901);
  await oms.pool.query(`with failed as (
      insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
      select gen_random_uuid(), 'callback', 'deliver', 'ended', 'failed', now(), now(), now() from generate_series(1, 20) returning id)
    insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
    select id, 'deliver', 'callback', 'INTERNAL_ERROR', 'OMS_CALLBACK_REFUSED', '', 'deliver', 12, now(), now() - interval '1 day' from failed`);
  expect(await pass({ limit: 10 })).toEqual({ recovered: 1, announced: 0, deleted: 0 });
  expect((await oms.get(id)).attempt).toBe(2);
  const { rowCount } = await oms.pool.query(`select from progress where pipeline = 'callback' and status = 'ended'`);
  expect(rowCount).toBe(20);
  await oms.finished(id);
});

test('whoever is told to stop begins no further step', async () => {
  const { id } = await oms.through(troubled('slow:60000'));
  await age(id, 901);
  expect(await pass({ retentionDays: 1 }, lost, AbortSignal.abort())).toEqual({
    recovered: 0,
    announced: 0,
    deleted: 0,
  });
  expect(await oms.get(id)).toMatchObject({ status: 'FAILED', attempt: 1 });
});

test('no more than the limit in one pass; what is left goes in the next', async () => {
  // As if they had failed: a thousand and a few more than one transaction takes.
  await oms.pool.query(`with failed as (
      insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
      select gen_random_uuid(), 'document', 'poll', 'ended', 'failed', now(), now(), now() from generate_series(1, 620) returning id)
    insert into stage_error (item_id, stage, pipeline, category, code, description, resume_at, attempts, first_failed_at, last_failed_at)
    select id, 'poll', 'document', 'LIMIT_TEST', 'X', '', 'poll', 1, now(), now() - interval '1 hour' from failed`);
  const rules = [{ category: 'LIMIT_TEST', times: 1, everyMs: 1_000 }];
  const rung: string[] = [];
  const bell = {
    signal: async (signals: readonly { ids: readonly string[] }[]) => {
      rung.push(...signals.flatMap(({ ids }) => ids));
      return true;
    },
  };
  expect(await pass({ rules, limit: 600 }, bell)).toMatchObject({ recovered: 600 });
  expect(await pass({ rules, limit: 600 }, bell)).toMatchObject({ recovered: 20 });
  expect(new Set(rung).size).toBe(620);
  await oms.pool.query(
    `delete from progress where id in (select item_id from stage_error where category = 'LIMIT_TEST')`,
  );
});

describe('what ended long ago', () => {
  const retentionDays = 30;
  const old = 31 * 86_400;
  const tables = {
    document_request: 'id',
    progress: 'id',
    history: 'item_id',
    batch: 'request_id',
    status_event: 'request_id',
    stage_error: 'item_id',
    cancellation: 'item_id',
  };
  const rowsOf = async (id: string): Promise<string[]> => {
    const found = await Promise.all(
      Object.entries(tables).map(async ([table, column]) => {
        const { rowCount } = await oms.pool.query(`select from ${table} where ${column} = $1`, [id]);
        return rowCount ? [table] : [];
      }),
    );
    return found.flat();
  };

  /** With an id of the time when it would have come in. */
  async function ended(body = invoice()): Promise<string> {
    const { id } = await oms.through(body);
    const then = uuidOf(Date.now() - old * 1_000 - 3_600_000);
    for (const [table, column] of Object.entries(tables))
      await oms.pool.query(`update ${table} set ${column} = $2 where ${column} = $1`, [id, then]);
    await age(then, old);
    return then;
  }

  test('is deleted with all that is known of it; what is younger stays, and without the setting all of it', async () => {
    const [completed, failed, young] = [
      await ended(),
      await ended(troubled('error')),
      (await oms.through(invoice())).id,
    ];
    await oms.pool.query(
      `insert into cancellation (item_id, round, actor, reason, asked_at) values ($1, 1, 'x', 'y', now())`,
      [failed],
    );
    expect(await rowsOf(failed)).toEqual(Object.keys(tables));
    expect(await pass()).toMatchObject({ deleted: 0 });
    expect(await pass({ retentionDays: 40 })).toMatchObject({ deleted: 0 });
    expect(await pass({ retentionDays })).toMatchObject({ deleted: 2 });
    expect([await rowsOf(completed), await rowsOf(failed)]).toEqual([[], []]);
    expect(await rowsOf(young)).toContain('status_event');
    expect((await oms.get(young)).status).toBe('COMPLETED');
  });

  test('but not what has not ended, however old, nor a request whose client is still to be told', async () => {
    const [open, untold] = [await ended(), await ended()];
    await oms.pool.query(
      `update progress set status = 'ready', ended_at = null, stage = 'poll', due_at = 'infinity' where id = $1`,
      [open],
    );
    await oms.pool.query(
      `insert into progress (id, pipeline, stage, status, due_at, since)
       select id, 'callback', 'deliver', 'ready', 'infinity', now() from status_event where request_id = $1`,
      [untold],
    );
    expect(await pass({ retentionDays })).toMatchObject({ deleted: 0 });
    expect(await rowsOf(open)).toContain('progress');
    const callback = `id in (select id from status_event where request_id = $1)`;
    await oms.pool.query(
      `update progress set status = 'ended', result = 'completed', ended_at = now() where ${callback}`,
      [untold],
    );
    const { rows } = await oms.pool.query('select id from status_event where request_id = $1', [untold]);
    expect(await pass({ retentionDays })).toMatchObject({ deleted: 1 });
    expect([...(await rowsOf(untold)), ...(await rowsOf(rows[0].id))]).toEqual([]);
    await oms.pool.query('delete from progress where id = $1', [open]);
  });

  test('retrigger plans are deleted with their lists, in steps; not those that go on, nor the young', async () => {
    const [ended, young, open] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    await oms.pool.query(
      `insert into retrigger_plan (id, filter, reason, actor, client, status, created_at, changed_at, changed_by, ended_at)
       select id, '{}', 'x', 'x', 'x', 'running', at, at, 'x', ended from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
         as i (id, at, ended)`,
      [
        [ended, young, open],
        Array(3).fill(new Date(Date.now() - 99 * old * 1_000)),
        [new Date(Date.now() - old * 1_000), new Date(), null],
      ],
    );
    await oms.pool.query(
      `insert into retrigger_item (plan_id, item_id, state, round, changed_at)
       select plan, gen_random_uuid(), 'failed', 1, now() from unnest($1::uuid[]) as p (plan), generate_series(1, 620)`,
      [[ended, young, open]],
    );
    const kept = async () => {
      const { rows } = await oms.pool.query(
        `select l.id, count(*)::int as items from retrigger_plan l join retrigger_item i on i.plan_id = l.id group by l.id`,
      );
      return new Map(rows.map(({ id, items }) => [id, items]));
    };
    await pass();
    expect(await kept()).toEqual(new Map([ended, young, open].map((id) => [id, 620])));
    await Promise.all([pass({ retentionDays }), pass({ retentionDays })]);
    await pass({ retentionDays });
    expect(await kept()).toEqual(new Map([young, open].map((id) => [id, 620])));
    const { rowCount } = await oms.pool.query('select from retrigger_plan where id = $1', [ended]);
    expect(rowCount).toBe(0);
    await oms.pool.query('delete from retrigger_item');
    await oms.pool.query('delete from retrigger_plan');
  });

  test('four passes at once delete each once, in steps; a reader of the feed goes on behind them', async () => {
    const kept = (await oms.through(invoice())).id;
    // The feed is read up to the oldest open transaction: an event may come into it a moment after the status is final.
    await oms.events(kept);
    const { items, next } = await oms.feed();
    expect(items.map(({ subject }) => subject)).toContain(kept);
    const ids = Array.from({ length: 1_203 }, () => uuidOf(Date.now() - old * 1_000));
    await oms.pool.query(
      `insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
       select id, 'document', 'publish', 'ended', 'completed', now(), now(), now() - interval '31 days' from unnest($1::uuid[]) as i (id)`,
      [ids],
    );
    const passes = await Promise.all([1, 2, 3, 4].map(() => pass({ retentionDays })));
    const last = await pass({ retentionDays });
    expect([...passes, last].reduce((sum, { deleted }) => sum + deleted, 0)).toBe(1_203);
    const { rowCount } = await oms.pool.query('select from progress where id = any($1)', [ids]);
    expect(rowCount).toBe(0);
    const later = await oms.through(invoice());
    const [event] = await oms.events(later.id);
    expect(event).toBeDefined();
    expect((await oms.feed(next ?? undefined)).items.map(({ subject }) => subject)).not.toContain(kept);
  });
});

/** A UUIDv7 of a time. */
function uuidOf(ms: number): string {
  const hex = Math.floor(ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
