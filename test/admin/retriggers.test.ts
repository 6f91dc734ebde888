import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { planned } from '#admin/retriggers/failed-documents.ts';
import { retriggerTurn, type TurnParts } from '#admin/retriggers/turn.ts';
import { pipelineShapes } from '#src/compose/pipeline-shapes.ts';
import { isPermit } from '#src/thunderhead/budget/call.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import type { Visitor } from './visitor.ts';

/** Many failed documents are set going again: looked at first, then at the pace that Thunderhead allows. */

const nobody = '00000000-0000-4000-8000-000000000000';

let house: Awaited<ReturnType<typeof openHouse>>;
let olga: Visitor;
/** What Thunderhead allows: three documents a minute, unless a test says otherwise. */
let calls = { callsPerMinute: 3, batchSize: 1 };
beforeEach(async () => {
  calls = { callsPerMinute: 3, batchSize: 1 };
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  olga = house.visitor();
  await olga.signIn({ client: 'ops', secret: 'ops-secret' });
});
afterEach(() => house[Symbol.asyncDispose]());

const parts = (changes: Partial<TurnParts> = {}): TurnParts => ({
  ...{ pool: house.pool, clock: house.clock, calls: () => calls },
  orchestration: {
    signal: async (signals) => {
      house.rung.push(...signals);
      return true;
    },
  },
  pipeline: planned(pipelineShapes.documents),
  ...changes,
});
const turn = (changes?: Partial<TurnParts>) => retriggerTurn(parts(changes));
const post = (path: string, body: unknown) => olga.call(path, { method: 'POST', body });
const look = async (filter: object) => (await post('retriggers', { filter, dryRun: true })).json;
const planOf = async (id: string) => (await olga.call(`retriggers/${id}`)).json;
const rounds = async (ids: readonly string[]): Promise<number[]> => {
  const { rows } = await house.pool.query('select round from progress where id = any($1) order by id', [ids]);
  return rows.map(({ round }) => round);
};

/** Documents that Thunderhead could not make. */
async function failed(count: number, options: Parameters<typeof house.offer>[1] = {}): Promise<string[]> {
  const ids = await house.offer(count, { sandbox: 'error', ...options });
  await house.runAll(ids);
  return ids;
}

async function start(filter: object = {}, reason = 'the template was mended'): Promise<string> {
  const { status, json } = await post('retriggers', { filter, reason });
  expect([status, json.detail]).toEqual([201, undefined]);
  return json.id;
}

describe('looking first', () => {
  test('how many, of which causes, from whom; and it changes nothing', async () => {
    const ids = await failed(3);
    const [stuck = ''] = await failed(1, { sandbox: 'fail' });
    for (let tries = 0; tries < 20; tries++) {
      await house.run('submit', [stuck]);
      house.clock.advance(600_000);
    }
    await house.run('publish', [stuck]);
    await olga.signIn({ client: 'ops', secret: 'ops-secret' });
    await house.pool.query(`update document_request set source_system = 'LIFE' where id = $1`, [ids[0]]);
    const seen = await look({});
    expect(seen).toMatchObject({
      documents: 4,
      bySource: [
        { sourceSystem: 'ARCADE', documents: 3 },
        { sourceSystem: 'LIFE', documents: 1 },
      ],
    });
    expect(seen.byCause).toEqual([
      expect.objectContaining({
        code: 'OMS_BATCH_ERRORED',
        category: 'THUNDERHEAD_ERROR',
        stage: 'poll',
        documents: 3,
      }),
      expect.objectContaining({ stage: 'submit', documents: 1 }),
    ]);
    expect(seen.byCause[0].fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(seen.byCause[0].example).toContain('the field CustomerName is missing');
    expect(await rounds([...ids, stuck])).toEqual([1, 1, 1, 1]);
    expect((await olga.call('retriggers')).json.plans).toEqual([]);
  });

  describe('which of them may exist at Thunderhead already', () => {
    /** What was left of hand-overs that failed: by name, one document each. */
    async function leftovers() {
      const ids = await failed(7);
      const [intended = '', lost = '', made = '', inPart = '', polled = '', nothing = '', refused = ''] = ids;
      const batch = (id: string, change: string) =>
        house.pool.query(`update batch set ${change} where request_id = $1`, [id]);
      await batch(intended, `status = 'PROCESSING_OMS'`);
      await batch(lost, `status = 'PROCESSING_THUNDERHEAD'`);
      await batch(made, 'dms_document_id = 8888');
      await batch(inPart, `channel_jobs = '{"created": 2, "completed": 1, "errored": 1}'`);
      // It only goes on asking after what was handed over: nothing is made a second time.
      await batch(polled, `status = 'PROCESSING_THUNDERHEAD'`);
      await house.pool.query(`update stage_error set category = 'TIMEOUT', resume_at = 'poll' where item_id = $1`, [
        polled,
      ]);
      // Certainly not accepted, whatever it failed of: nobody is asked, and nothing is there.
      await batch(refused, `status = 'FAILED_OMS'`);
      await house.pool.query(`update stage_error set category = 'TIMEOUT', stage = 'submit' where item_id = $1`, [
        refused,
      ]);
      return { all: ids, intended, lost, made, inPart, polled, nothing, refused };
    }

    test('told apart: asked about first, and made again all the same; in all, by cause, and by example', async () => {
      const { intended, lost, made, inPart } = await leftovers();
      const seen = await look({});
      expect(seen).toMatchObject({ documents: 7, mayExist: 4, askedFirst: 2, madeBefore: 2 });
      expect(seen.examples).toEqual([
        { id: intended, askedFirst: true, madeBefore: false },
        { id: lost, askedFirst: true, madeBefore: false },
        { id: made, askedFirst: false, madeBefore: true },
        { id: inPart, askedFirst: false, madeBefore: true },
      ]);
      const byCause = seen.byCause.map(
        ({ category, stage, mayExist, askedFirst, madeBefore }: Record<string, unknown>) => ({
          ...{ category, stage, mayExist, askedFirst, madeBefore },
        }),
      );
      expect(byCause).toEqual([
        { category: 'THUNDERHEAD_ERROR', stage: 'poll', mayExist: 4, askedFirst: 2, madeBefore: 2 },
        { category: 'TIMEOUT', stage: 'poll', mayExist: 0, askedFirst: 0, madeBefore: 0 },
        { category: 'TIMEOUT', stage: 'submit', mayExist: 0, askedFirst: 0, madeBefore: 0 },
      ]);
    });

    test('what an earlier round made is made again too, and a hand-over that is open now is asked about', async () => {
      const [id = ''] = await failed(1);
      await house.pool.query('update batch set dms_document_id = 1 where request_id = $1', [id]);
      await olga.call(`queues/Documents.poll/${id}/retry`, { method: 'PUT' });
      await house.runAll([id]);
      expect(await look({})).toMatchObject({ mayExist: 1, askedFirst: 0, madeBefore: 1 });
      await house.pool.query(`update batch set status = 'PROCESSING_OMS' where request_id = $1 and round = 2`, [id]);
      expect(await look({})).toMatchObject({ mayExist: 1, askedFirst: 1, madeBefore: 1 });
    });

    test('they can be left out, or taken alone', async () => {
      const { all, intended, lost, made, inPart } = await leftovers();
      const may = [intended, lost, made, inPart];
      expect(await look({ mayExist: true })).toMatchObject({ documents: 4, mayExist: 4 });
      expect(await look({ mayExist: false })).toMatchObject({ documents: 3, mayExist: 0, examples: [] });
      const { items, filter } = await planOf(await start({ mayExist: false }));
      expect(items.map(({ id }: { id: string }) => id)).toEqual(all.filter((id) => !may.includes(id)));
      expect(filter).toEqual({ mayExist: false });
      expect((await olga.open('/admin/retriggers')).text).toContain('may exist at Thunderhead: no');
    });

    test('twenty examples are enough', async () => {
      await failed(23);
      await house.pool.query('update batch set dms_document_id = 8888');
      const seen = await look({});
      expect([seen.mayExist, seen.examples.length]).toEqual([23, 20]);
      const { text } = await olga.submit('/admin/retriggers', { intent: 'look' });
      expect(text).toContain('20 of the 23 that may exist already');
    });

    test('the page says what is asked first and what is made twice, with links to them, and hands the choice on', async () => {
      const { intended, made } = await leftovers();
      const { text } = await olga.submit('/admin/retriggers', { mayExist: 'yes', intent: 'look' });
      expect(text).toContain('2 handed over, and how that ended is not known: Thunderhead is asked first');
      expect(text).toContain(
        '2 made by Thunderhead before, at least in part: it is made again, and may be printed twice',
      );
      expect(text).toMatch(/<td class="number">4<span>2 asked first<\/span><span>2 made before<\/span><\/td>/);
      for (const id of [intended, made]) expect(text).toContain(`<a href="/admin/requests/${id}">`);
      expect(text).toContain('<input type="hidden" name="mayExist" value="yes">');
      expect(text).toContain('<option value="yes" selected>yes</option>');
    });
  });

  test('how long it takes at the budget of calls, behind those that wait already', async () => {
    await failed(30);
    const body = { callsPerMinute: 4, callsInFlight: 1, batchSize: 5, batchLingerMs: 0 };
    await olga.call('thunderhead', { method: 'PUT', body });
    const pace = { documentsPerMinute: 20, waitingAlready: 0, plannedAlready: 0, minutes: 6 / 4 };
    expect((await look({})).pace).toEqual(pace);
    await house.offer(12);
    expect((await look({})).pace).toEqual({ ...pace, waitingAlready: 12, minutes: 9 / 4 });
    expect((await look({ code: 'NONE' })).pace.minutes).toBe(0);
  });

  test('and in turn with the plans that run already: as many of each as of its own, or all it has', async () => {
    const ids = await failed(30);
    const body = { callsPerMinute: 3, callsInFlight: 1, batchSize: 1, batchLingerMs: 0 };
    await olga.call('thunderhead', { method: 'PUT', body });
    const one = await start({ ids: ids.slice(0, 5) });
    const other = await start({ ids: ids.slice(5, 25) });
    const held = await start({ ids: ids.slice(25) });
    await post(`retriggers/${held}/pause`, {});
    const ahead = async (filter: object) => (await look(filter)).pace.plannedAlready;
    expect([await ahead({}), await ahead({ ids: ids.slice(0, 10) })]).toEqual([5 + 20, 5 + 10]);
    expect((await planOf(one)).pace).toMatchObject({ plannedAlready: 5, minutes: 10 / 3 });
    expect((await planOf(other)).pace).toMatchObject({ plannedAlready: 5, minutes: 25 / 3 });
    await house.offer(3);
    expect((await planOf(one)).pace).toMatchObject({ waitingAlready: 3, minutes: 13 / 3 });
  });

  test.each<[string, (id: string) => object]>([
    ['stage', () => ({ stage: 'validate' })],
    ['category', () => ({ category: 'MISSING_DATA' })],
    ['code', () => ({ code: 'OMS_RENAMED' })],
    ['fingerprint', () => ({ fingerprint: '0123456789abcdef' })],
    ['sourceSystem', () => ({ sourceSystem: 'LIFE' })],
    ['documentName', () => ({ documentName: 'POSHOOFF' })],
    ['failedFrom', () => ({ failedFrom: '2026-11-25T00:00:00Z' })],
    ['failedTo', () => ({ failedTo: '2026-11-20T12:00:00Z' })],
    ['mayExist', () => ({ mayExist: true })],
    ['ids', (id) => ({ ids: [id, nobody] })],
  ])('%s narrows it down', async (name, filterOf) => {
    const [, one = ''] = await failed(3);
    await house.pool.query(
      `update stage_error set code = 'OMS_RENAMED', category = 'MISSING_DATA', stage = 'validate',
         fingerprint = '0123456789abcdef', last_failed_at = $2 where item_id = $1`,
      [one, name === 'failedTo' ? '2026-11-20T11:59:59Z' : '2026-11-25T00:00:00Z'],
    );
    await house.pool.query(
      `update document_request set source_system = 'LIFE', document_name = 'POSHOOFF' where id = $1`,
      [one],
    );
    await house.pool.query('update batch set dms_document_id = 8888 where request_id = $1', [one]);
    expect((await look(filterOf(one))).documents).toBe(1);
    const plan = await planOf(await start(filterOf(one)));
    expect(plan.items.filter(({ state }: { state: string }) => state === 'pending')).toMatchObject([{ id: one }]);
  });

  test('who was rejected goes again only when somebody says so', async () => {
    const rejected = await failed(2, { sandbox: 'refuse' });
    await house.pool.query(`update progress set result = 'rejected' where id = any($1)`, [rejected]);
    const [other = ''] = await failed(1);
    expect((await look({})).documents).toBe(1);
    expect((await look({ includeRejected: true })).documents).toBe(3);
    await start({ ids: [...rejected, other] });
    await turn();
    expect(await rounds([...rejected, other])).toEqual([1, 1, 2]);
  });
});

describe('setting going', () => {
  test('as many as Thunderhead takes in a minute, the next when these have gone on; and each says how it ended', async () => {
    const ids = await failed(8);
    const id = await start({ code: 'OMS_BATCH_ERRORED' });
    house.thunderhead.isMended = true;
    expect(await turn()).toBe(3);
    expect([await turn(), await turn()]).toEqual([0, 0]);
    expect((await planOf(id)).counts).toEqual({ pending: 5, going: 3, completed: 0, failed: 0, skipped: 0 });
    const gone = ids.slice(0, 3);
    await house.runAll(gone.slice(0, 1));
    expect(await turn()).toBe(1);
    calls = { callsPerMinute: 1, batchSize: 5 };
    expect(await turn()).toBe(2);
    await house.runAll(ids);
    house.thunderhead.isMended = false;
    expect(await turn()).toBe(2);
    await house.runAll(ids);
    await turn();
    const plan = await planOf(id);
    expect(plan).toMatchObject({
      status: 'done',
      counts: { pending: 0, going: 0, completed: 6, failed: 2, skipped: 0 },
    });
    expect(plan.endedAt).not.toBeNull();
    const again = plan.items.filter(({ state }: { state: string }) => state === 'failed');
    expect(again.map(({ id }: { id: string }) => id)).toEqual(ids.slice(6));
    expect(again[0].note).toMatch(/^OMS_BATCH_ERRORED: .*CustomerName is missing/);
    expect(await rounds(ids)).toEqual(Array(8).fill(2));
    const { rows } = await house.pool.query(
      `select distinct reason, actor from history where reason like 'retriggered%'`,
    );
    expect(rows).toEqual([{ reason: `retriggered by plan ${id}: the template was mended`, actor: 'olga' }]);
    expect(new Set(house.rung.flatMap(({ ids }) => ids))).toEqual(new Set(ids));
  });

  test('new requests that wait take from the same minute', async () => {
    await failed(5);
    await start();
    await house.offer(2);
    expect(await turn()).toBe(1);
    await house.offer(9);
    expect(await turn()).toBe(0);
  });

  test('what is to go on later takes nothing of the minute; what is in hand does, however long its lease', async () => {
    await failed(5);
    const id = await start();
    const [inHand] = await house.offer(9, { dueInMs: 21 * 86_400_000 });
    expect((await planOf(id)).pace.waitingAlready).toBe(0);
    await house.pool.query(`update progress set status = 'running' where id = $1`, [inHand]);
    await house.offer(1, { dueInMs: 59_000 });
    expect(await turn()).toBe(1);
  });

  test('running plans share the room evenly, and what one does not need the others get', async () => {
    const ids = await failed(30);
    const plans = [await start({ ids: ids.slice(0, 20) }), await start({ ids: ids.slice(20, 29) })];
    const third = await start({ ids: ids.slice(29) });
    calls = { callsPerMinute: 10, batchSize: 1 };
    const going = async () => Promise.all([...plans, third].map(async (id) => (await planOf(id)).counts.going));
    expect(await turn()).toBe(10);
    const first = await going();
    expect(first[2]).toBe(1);
    expect(first.slice(0, 2).toSorted()).toEqual([4, 5]);
    calls = { callsPerMinute: 28, batchSize: 1 };
    expect(await turn()).toBe(18);
    expect((await going()).reduce((sum, count) => sum + count, 0)).toBe(28);
    expect((await going())[1]).toBe(9);
  });

  test('the plan says why nothing goes', async () => {
    await failed(5);
    const id = await start();
    const said = async () =>
      /class="condition.*?<strong>(.*?)<\/strong>/s.exec((await olga.open(`/admin/retriggers/${id}`)).text)?.[1];
    const body = { callsPerMinute: 4, callsInFlight: 1, batchSize: 1, batchLingerMs: 0 };
    await olga.call('thunderhead', { method: 'PUT', body });
    expect(await said()).toBe('Running; about 2 minutes until the last one goes');
    await house.offer(4);
    expect(await said()).toBe(
      'Running; no room now: 4 documents wait in front of Thunderhead; about 3 minutes until the last one goes',
    );
    await house.pauses.set('document', ['submit', 'poll'], true, 'olga');
    expect(await said()).toBe('Running, but nothing gets to Thunderhead: submit is paused');
    expect((await planOf(id)).pace.heldUpBy).toEqual(['submit is paused']);
    await house.pauses.set('document', ['submit', 'poll'], false, 'olga');
    await eventually(async () => {
      house.clock.advance(60_000);
      const ask = { source: 'ARCADE', weight: 1, urgent: false, fill: 1, returning: false };
      const answer = await house.budget.ask(ask);
      if (isPermit(answer)) house.budget.finish(answer, { kind: 'unavailable', reason: 'connection refused' });
      return (await house.budget.look()).breaker.state === 'open';
    });
    expect(await said()).toMatch(/^Running, but nothing gets to Thunderhead: Thunderhead is being left alone/);
    await post(`retriggers/${id}/stop`, {});
    expect(await planOf(id)).toMatchObject({ status: 'stopped', pace: null });
  });

  test('what a plan came to is counted once, and stays when its documents’ list is gone', async () => {
    const ids = await failed(3);
    const id = await start();
    await turn();
    await house.runAll(ids);
    await turn();
    await house.pool.query('delete from retrigger_item');
    const { plans } = (await olga.call('retriggers')).json;
    expect(plans).toMatchObject([{ id, status: 'done', counts: { pending: 0, going: 0, completed: 0, failed: 3 } }]);
  });

  test('a plan that is paused sets none going, resumed it goes on, stopped it leaves the rest', async () => {
    const ids = await failed(8);
    const id = await start();
    await turn();
    expect((await post(`retriggers/${id}/pause`, {})).json).toMatchObject({ status: 'paused', changedBy: 'olga' });
    await house.runAll(ids);
    expect(await turn()).toBe(0);
    expect((await planOf(id)).counts).toMatchObject({ pending: 5, failed: 3 });
    expect((await post(`retriggers/${id}/pause`, {})).json.code).toBe('OMS_RETRIGGER_NOT_POSSIBLE');
    expect((await post(`retriggers/${id}/resume`, {})).json.status).toBe('running');
    expect(await turn()).toBe(3);
    expect((await post(`retriggers/${id}/stop`, {})).json.counts).toMatchObject({ pending: 0, going: 3, skipped: 2 });
    expect((await planOf(id)).endedAt).toBeNull();
    await house.runAll(ids);
    expect(await turn()).toBe(0);
    expect(await planOf(id)).toMatchObject({
      status: 'stopped',
      endedAt: expect.any(String),
      counts: { failed: 6, skipped: 2 },
    });
    expect(await rounds(ids)).toEqual([2, 2, 2, 2, 2, 2, 1, 1]);
    expect((await post(`retriggers/${id}/resume`, {})).status).toBe(409);
  });

  test('a document that was set going otherwise is not set going a second time, whatever became of it', async () => {
    const [again = '', healed = '', own = '', named = ''] = [...(await failed(3)), ...(await house.offer(1))];
    const id = await start({ ids: [again, healed, own, named] });
    for (const each of [again, healed]) await olga.call(`queues/Documents.poll/${each}/retry`, { method: 'PUT' });
    await house.runAll([again]);
    house.thunderhead.isMended = true;
    await house.runAll([healed]);
    await turn();
    expect(await rounds([again, healed, own])).toEqual([2, 2, 2]);
    const notes = new Map(
      (await planOf(id)).items.map(({ id, state, note }: Record<string, string>) => [id, `${state}: ${note}`]),
    );
    expect([again, healed, own, named].map((each) => notes.get(each))).toEqual([
      'skipped: was set going otherwise',
      'skipped: was set going otherwise',
      'going: null',
      'skipped: had not failed when the plan was made, or the filter leaves it out',
    ]);
  });

  test('however many work on it at once, none goes twice and the minute is not exceeded', async () => {
    const ids = await failed(40);
    const id = await start();
    calls = { callsPerMinute: 10, batchSize: 1 };
    const went = await Promise.all(Array.from({ length: 3 }, () => turn()));
    expect(went.toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
    while ((await planOf(id)).status !== 'done') {
      await Promise.all([turn(), turn(), house.runAll(ids)]);
      const { rows } = await house.pool.query(
        `select count(*)::int as waiting from progress where stage in ('validate', 'submit') and ended_at is null`,
      );
      expect(rows[0].waiting).toBeLessThanOrEqual(10);
    }
    expect(await rounds(ids)).toEqual(Array(40).fill(2));
  });

  test('a process that dies in the middle leaves nothing behind, and the next one goes on', async () => {
    const ids = await failed(6);
    const id = await start();
    const dying = { signal: () => Promise.reject(new Error('the process died before it rang')) };
    await expect(turn({ orchestration: dying })).rejects.toThrow('died');
    expect(await rounds(ids)).toEqual([2, 2, 2, 1, 1, 1]);
    // Dead between taking them and setting them going: this is what it leaves.
    await house.pool.query(`update retrigger_item set state = 'going' where state = 'pending'`);
    await house.runAll(ids);
    expect(await turn()).toBe(3);
    expect(await rounds(ids)).toEqual(Array(6).fill(2));
    await house.runAll(ids);
    await turn();
    expect(await planOf(id)).toMatchObject({ status: 'done', counts: { failed: 6, skipped: 0 } });
  });

  test('a process that is told to stop takes no more, and the next one goes on', async () => {
    await failed(3);
    await start();
    expect(await turn({ stopping: AbortSignal.abort() })).toBe(0);
    expect(await turn()).toBe(3);
  });

  test('a document that somebody else has in hand in this moment is looked at again', async () => {
    const ids = await failed(2);
    const id = await start();
    const other = await house.pool.connect();
    try {
      await other.query('begin');
      await other.query('select 1 from progress where id = $1 for update', [ids[0]]);
      expect(await turn()).toBe(1);
    } finally {
      await other.query('rollback');
      other.release();
    }
    expect(await turn()).toBe(1);
    expect(await rounds(ids)).toEqual([2, 2]);
    expect((await planOf(id)).counts.skipped).toBe(0);
  });
});

describe('who may ask, and for what', () => {
  test('what cannot be is named, all of it', async () => {
    const wrong = await post('retriggers', { filter: { stage: 7, ids: ['x'], colour: 'red' } });
    expect(wrong.status).toBe(400);
    const fields = wrong.json.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['filter.stage', 'filter.ids.0', 'filter.colour', 'reason']);
    expect((await post('retriggers', { filter: {}, reason: 'nothing has failed' })).json.code).toBe(
      'OMS_RETRIGGER_NOT_POSSIBLE',
    );
    expect((await olga.call('retriggers/nonsense')).json.code).toBe('OMS_RETRIGGER_NOT_FOUND');
    expect((await post(`retriggers/${nobody}/pause`, {})).status).toBe(404);
  });

  test('everything that is done about plans is written down, with the reason', async () => {
    await failed(1);
    await look({ code: 'OMS_BATCH_ERRORED' });
    const id = await start({ code: 'OMS_BATCH_ERRORED' });
    for (const change of ['pause', 'resume', 'stop', 'resume']) await post(`retriggers/${id}/${change}`, {});
    const { entries } = (await olga.call('audit?action=retrigger')).json;
    const told = entries.map(({ action, result }: Record<string, string>) => `${action} ${result}`).toReversed();
    expect(told).toEqual([
      'retrigger.look done',
      'retrigger.start done',
      'retrigger.pause done',
      'retrigger.resume done',
      'retrigger.stop done',
      'retrigger.resume failed',
    ]);
    expect((await olga.call('audit')).json.entries).toHaveLength(told.length + 1);
    expect(entries.at(-2)).toMatchObject({
      ...{ actor: 'olga', origin: '127.0.0.1', reason: 'the template was mended', target: { type: 'plan', id } },
      details: { filter: { code: 'OMS_BATCH_ERRORED' } },
    });
  });

  test('a script with a token may, who has not signed in may not', async () => {
    const send = (headers: Record<string, string>) =>
      house.visitor().open('/admin/api/retriggers', {
        ...{ method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json', ...headers } },
        body: '{"filter": {}, "dryRun": true}',
      });
    expect((await send({ authorization: 'Bearer token-of-otto' })).status).toBe(200);
    expect((await send({ authorization: 'Bearer token-to-read' })).status).toBe(403);
    expect((await send({})).status).toBe(401);
  });
});

describe('the pages', () => {
  test('without a script: look, start exactly what was looked at, hold it up', async () => {
    await failed(2);
    const filled = { code: 'OMS_BATCH_ERRORED', reason: '', intent: 'look' };
    const looked = await olga.submit('/admin/retriggers', filled);
    expect(looked.text).toContain('2 documents would be set going again');
    expect(looked.text).not.toMatch(/<script|style=/);
    expect(looked.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    house.clock.advance(1_000);
    await failed(1);
    const hidden = Object.fromEntries(
      [...looked.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    );
    const started = await olga.submit('/admin/retriggers', { ...hidden, reason: 'mended <b>', intent: 'start' });
    expect(started.status).toBe(303);
    const page = started.headers.get('location') ?? '';
    const { text } = await olga.open(page);
    expect(text).toMatch(/mended &lt;b&gt;.*error code OMS_BATCH_ERRORED, failed before/s);
    expect(text).toMatch(/Pending<\/dt><dd><strong>2<\/strong>/);
    expect((await olga.submit(page, { intent: 'pause' })).status).toBe(303);
    expect((await olga.open(page)).text).toContain('Paused; 2 documents left');
    expect((await olga.submit(page, { intent: 'pause' })).headers.get('location')).toBe(`${page}?late`);
    expect((await olga.open(`${page}?state=failed`)).text).toContain('<p class="none">None.</p>');
    expect((await olga.open('/admin/retriggers')).text).toContain(page);
  });

  test('what was typed is kept when it cannot be, and a form of somebody else’s starts nothing', async () => {
    await failed(1);
    const wrong = await olga.submit('/admin/retriggers', { failedFrom: 'yesterday', code: 'X<', intent: 'look' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('filter.failedFrom must be in iso format');
    expect(wrong.text).toContain('value="X&lt;"');
    const failedTo = '2026-11-21T10:00:09.500Z';
    const missing = await olga.submit('/admin/retriggers', { failedTo, reason: ' ', intent: 'start' });
    expect(missing.text).toContain('1 document would be set going again');
    expect(missing.text).toContain(`<input type="hidden" name="failedTo" value="${failedTo}">`);
    // As the browser's own field takes it: of anything else it makes nothing, which is all.
    expect(missing.text).toContain('name="failedTo" type="datetime-local" value="2026-11-21T10:00:09.500"');
    expect([missing.status, missing.text.includes('reason is not allowed to be empty')]).toEqual([400, true]);
    const forged = await olga.submit('/admin/retriggers', { csrf: 'x', reason: 'mine', intent: 'start' });
    expect(forged.status).toBe(403);
    expect((await olga.call('retriggers')).json.plans).toEqual([]);
    expect((await olga.open('/admin/retriggers/nonsense')).status).toBe(404);
  });

  test('a link may say what is meant', async () => {
    const { text } = await olga.open('/admin/retriggers?fingerprint=0123456789abcdef&stage=poll');
    expect(text).toContain('name="fingerprint" type="text" value="0123456789abcdef"');
    expect(text).toContain('<option value="poll" selected>');
  });
});
