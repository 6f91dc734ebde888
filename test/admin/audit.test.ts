import { appRoutes } from '@bull-board/api/dist/routes.js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { auditStore } from '#admin/audit/store.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import { listening, planOf } from './plans.ts';
import type { Visitor } from './visitor.ts';

/** What operators do is written down: who, what, when, why, from where, and how it ended. */

const ops = { client: 'ops', secret: 'ops-secret' };
const otto = { authorization: 'Bearer token-of-otto' };

let house: Awaited<ReturnType<typeof openHouse>>;
let olga: Visitor;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  olga = house.visitor();
  await olga.signIn(ops);
});
afterEach(() => house[Symbol.asyncDispose]());

interface Row {
  id: string;
  at: string;
  actor: string;
  client: string;
  action: string;
  target: { type: string; id?: string };
  result: string;
  reason?: string;
  origin?: string;
  details?: Record<string, unknown>;
}

const audit = async (query = ''): Promise<Row[]> => (await olga.call(`audit?${query}`)).json.entries;
/** When that many rows are there: some are written when the answer has gone. */
const rows = (count: number, query = '') =>
  eventually(async () => {
    const found = await audit(query);
    return found.length >= count && found;
  });

async function fill(count: number, action = 'x.y'): Promise<void> {
  await house.pool.query(
    `insert into audit (at, actor, client, action, target_type, result)
     select now(), 'olga', 'ops', $2, 'board', 'done' from generate_series(1, $1)`,
    [count, action],
  );
}

describe('what is written down', () => {
  const changing = appRoutes.api
    .filter(({ method }) => ![method].flat().includes('get'))
    .flatMap(({ method, route }) => [route].flat().map((path) => [String(method).toUpperCase(), path] as const));

  test('every route of the board that changes something, whether it is allowed or refused, and each once', async () => {
    expect(changing.length).toBeGreaterThan(15);
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    const values: Record<string, string> = { queueName: 'Documents.poll', jobId: id, queueStatus: 'failed' };
    const told: string[] = [];
    for (const [method, route] of changing) {
      const before = (await audit('limit=1000')).length;
      const path = route.replaceAll(/:(\w+)/g, (_, name) => values[name] ?? 'x').replace('/api/', '');
      const { status } = await olga.call(path, { method, body: {} });
      const [row] = await rows(before + 1, 'limit=1000');
      expect([route, (await audit('limit=1000')).length]).toEqual([route, before + 1]);
      expect([route, row]).toMatchObject([route, { actor: 'olga', client: 'ops', origin: '127.0.0.1' }]);
      expect([route, row?.result]).toEqual([route, status === 403 ? 'refused' : status < 400 ? 'done' : 'failed']);
      told.push(row?.action ?? '');
    }
    expect(told.filter((action) => action === 'call')).toEqual([]);
    expect(told).toEqual(expect.arrayContaining(['document.retry', 'stage.retry-all', 'stage.pause', 'stage.resume']));
  });

  test('a retry names the document, retry all the stage', async () => {
    const [id = ''] = await house.offer(1, { sandbox: 'error' });
    await house.runAll([id]);
    const answer = await olga.call(`queues/Documents.poll/${id}/retry`, { method: 'PUT' });
    expect([answer.status, answer.text]).toEqual([204, '']);
    await olga.call('queues/Documents.poll/retry/failed', { method: 'PUT' });
    const [all, one] = await rows(3);
    expect(one).toMatchObject({ action: 'document.retry', target: { type: 'document', id }, result: 'done' });
    expect(all).toMatchObject({ action: 'stage.retry-all', target: { type: 'stage', id: 'Documents.poll' } });
    expect(all?.details).toEqual({ went: 0 });
    for (const row of [one, all]) expect(row?.reason).toBe('on the board');
  });

  test('what touches many says how many were rung for', async () => {
    await house.offer(3, { dueInMs: 60_000 });
    await house.offer(2);
    const stage = 'Documents.validate';
    const calls = [`queues/${stage}/pause`, `queues/${stage}/resume`, `queues/${stage}/promote`, 'queues/resume'];
    for (const [index, call] of calls.entries()) {
      await olga.call(call, { method: 'PUT' });
      await rows(index + 2);
    }
    const found = (await audit()).slice(0, 4).map(({ action, details }) => [action, details?.rung]);
    expect(found.toReversed()).toEqual([
      ['stage.pause', undefined],
      ['stage.resume', 2],
      ['stage.promote-all', 3],
      ['stage.resume-all', 5],
    ]);
  });

  test('what the gate keeps from the page of a request goes by its own name, however its address is written', async () => {
    const [id = ''] = await house.offer(1);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://elsewhere.example' };
    const actions = ['retrigger', 'cancel', 'unmask', 'download'];
    for (const action of actions)
      for (const path of [`requests/${id}/${action}`, `Requests/${id.toUpperCase()}/${action}/`])
        expect((await olga.open(`/admin/${path}`, { method: 'POST', headers, body: '' })).status).toBe(403);
    const found = await rows(8, `target=${id}`);
    // Each is written when its answer has gone.
    expect(found.map(({ action, result }) => `${action} ${result}`).toSorted()).toEqual(
      actions.flatMap((action) => Array(2).fill(`document.${action} refused`)).toSorted(),
    );
  });

  test('what was done for somebody who did not wait for the answer', async () => {
    await house.runAll(await house.offer(1, { sandbox: 'error' }));
    const gone = new AbortController();
    house.onRing = async () => {
      gone.abort();
      // It is still under way when it is seen that nobody waits for it.
      await eventually(async () => (await audit('actor=otto')).length === 1, { timeoutMs: 10_000 });
    };
    const options = { method: 'PUT', headers: otto, signal: gone.signal };
    await expect(fetch(`${house.url}/api/queues/Documents.poll/retry/failed`, options)).rejects.toThrow('abort');
    // First that it was asked for, then what came of it.
    const [came, asked] = await rows(2, 'actor=otto');
    for (const row of [asked, came])
      expect(row).toMatchObject({ action: 'stage.retry-all', target: { type: 'stage', id: 'Documents.poll' } });
    expect(asked?.details).toMatchObject({ answer: 'not waited for' });
    expect(came?.details).toEqual({ went: 1 });
  });

  test('a change of the calls to Thunderhead, with what it was before; by a script too', async () => {
    const body = { callsPerMinute: 90, callsInFlight: 3, batchSize: 20, batchLingerMs: 250 };
    const { status } = await house.visitor().open('/admin/api/thunderhead', {
      ...{ method: 'PUT', headers: { ...otto, 'content-type': 'application/json' }, body: JSON.stringify(body) },
    });
    expect(status).toBe(200);
    expect(await audit('action=setting')).toEqual([
      expect.objectContaining({
        ...{ actor: 'otto', client: 'console', target: { type: 'setting', id: 'thunderhead.calls' }, result: 'done' },
        details: { before: expect.objectContaining({ callsPerMinute: 600 }), after: body },
        at: house.clock.now().toISOString(),
      }),
    ]);
  });

  test('who came and who left, who was not let in, and who was kept from something', async () => {
    await olga.submit('/admin/sign-out');
    const visitor = house.visitor();
    await visitor.submit('/admin/sign-in', { client: 'arcade', secret: 'arcade-secret' });
    await visitor.submit('/admin/sign-in', { client: 'ops', secret: 'a-guess' });
    await visitor.open('/admin/api/queues', { headers: { authorization: 'Bearer token-to-read' } });
    await olga.signIn(ops);
    await olga.call('queues/pause', { method: 'PUT', headers: { 'x-xsrf-token': 'forged' } });
    const found = (await rows(7)).map(({ actor, action, result }) => `${actor} ${action} ${result}`);
    expect(found.toReversed()).toEqual([
      'olga sign-in done',
      'olga sign-out done',
      'arcade sign-in refused',
      'ops sign-in refused',
      'unknown call refused',
      'olga sign-in done',
      'olga stage.pause-all refused',
    ]);
    expect(JSON.stringify(await audit())).not.toMatch(/a-guess|arcade-secret|ops-secret/);
  });

  test('looking leaves nothing, nor does somebody whom nobody knows', async () => {
    await olga.call('queues');
    await olga.open('/admin/audit');
    await house.visitor().call('queues/pause', { method: 'PUT' });
    await olga.call('queues/pause', { method: 'PUT' });
    expect((await rows(2)).map(({ action }) => action)).toEqual(['stage.pause-all', 'sign-in']);
  });

  test('the database itself refuses to change it', async () => {
    for (const statement of [`update audit set actor = 'nobody'`, 'delete from audit', 'truncate audit'])
      await expect(house.pool.query(statement)).rejects.toThrow('the audit is only ever added to');
    expect(await audit()).toHaveLength(1);
  });
});

describe('what is shown', () => {
  test('who, action, target, result and time narrow it down', async () => {
    await house.visitor().open('/admin/api/queues/pause', { method: 'PUT', headers: otto });
    await olga.call('queues/Documents.poll/pause', { method: 'PUT' });
    await rows(3);
    const actions = async (query: string) => (await audit(query)).map(({ action }) => action);
    expect(await actions('actor=otto')).toEqual(['stage.pause-all']);
    expect(await actions('actor=console')).toEqual(['stage.pause-all']);
    expect(await actions('action=stage')).toEqual(['stage.pause', 'stage.pause-all']);
    expect(await actions('action=stage.pause')).toEqual(['stage.pause']);
    expect(await actions('target=Documents.poll')).toEqual(['stage.pause']);
    expect(await actions('result=done&target=board&actor=olga')).toEqual(['sign-in']);
    expect(await actions('target=stage')).toEqual(['stage.pause']);
    const now = house.clock.now().toISOString();
    expect(await actions(`from=${now}`)).toHaveLength(3);
    expect(await actions(`to=${now}`)).toEqual([]);
    expect(await actions(`to=${now.slice(0, 16)}&from=2026-01-01`)).toEqual([]);
  });

  test.each([
    ['a thing', 'Documents.poll', 'audit_of_target'],
    ['a kind of thing', 'scheduler', 'audit_of_type'],
  ])('%s is found by an index among ever so many', async (_, target, index) => {
    await fill(50_000);
    await house.pool.query(
      `insert into audit (at, actor, client, action, target_type, target_id, result)
       values (now(), 'olga', 'ops', 'x', 'stage', 'Documents.poll', 'done'), (now(), 'olga', 'ops', 'x', 'scheduler', 'y', 'done');
       analyze audit`,
    );
    const { pool, asked } = listening(house.pool);
    expect(await auditStore({ pool, clock: house.clock }).page({ target }, { limit: 100 })).toHaveLength(1);
    const [statement] = asked.filter(({ text }) => text.includes('from audit'));
    const plan = await planOf(house.pool, statement ?? { text: '', values: [] });
    expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan|Rows Removed by Filter: \d{3}/);
    expect(asked.map(({ text }) => text).join('\n')).toContain('statement_timeout');
  });

  test('page by page, and what cannot be asked for is named', async () => {
    await fill(250);
    const first = (await olga.call('audit?action=x&limit=100')).json;
    const second = (await olga.call(`audit?action=x&limit=200&before=${first.next}`)).json;
    expect([first.entries.length, second.entries.length, second.next]).toEqual([100, 150, null]);
    expect(new Set([...first.entries, ...second.entries].map(({ id }: Row) => id)).size).toBe(250);
    const answer = await olga.call('audit?from=yesterday&limit=many&colour=red');
    expect([answer.status, answer.json.errors.map(({ field }: { field: string }) => field)]).toEqual([
      400,
      ['from', 'limit', 'colour'],
    ]);
  });

  test('as lines and as a table, whole, and harmless to a spreadsheet', async () => {
    await fill(2_300);
    await house.pool.query(
      `insert into audit (at, actor, client, action, target_type, result, reason)
       values ('2026-11-21T10:00:00Z', 'olga', 'ops', 'x.z', 'board', 'done', '=HYPERLINK("x"), really')`,
    );
    const lines = await olga.open('/admin/api/audit?action=x', { headers: { accept: 'application/x-ndjson' } });
    expect(lines.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const read = lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(read).toHaveLength(2_301);
    expect(read[0]).toMatchObject({ action: 'x.z', actor: 'olga', target: { type: 'board' } });
    const table = await olga.open('/admin/api/audit?action=x.z', { headers: { accept: 'text/csv' } });
    expect(table.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    expect(table.text.split('\r\n')[1]).toMatch(
      /^\d+,2026-11-21T10:00:00\.000Z,olga,ops,x\.z,board,,done,"'=HYPERLINK\(""x""\), really",,$/,
    );
    expect((await olga.open('/admin/api/audit?format=csv&action=x')).text.split('\r\n')).toHaveLength(2_303);
  });

  test('a page without a script, with older ones behind a link, and what people typed as text', async () => {
    await fill(150, 'x.<b>bold</b>');
    const { text, headers } = await olga.open('/admin/audit?action=&actor=olga');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(text).not.toMatch(/<script|style=|<b>bold/);
    expect(text.match(/&lt;b&gt;bold/g)).toHaveLength(100);
    const older = /href="(\/admin\/audit\?[^"]*before=\d+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const { text: rest } = await olga.open(older);
    expect(rest.match(/&lt;b&gt;bold/g)).toHaveLength(50);
    expect(rest).not.toContain('Older ones');
    const wrong = await olga.open('/admin/audit?from=yesterday');
    expect([wrong.status, wrong.text.includes('from must be in iso format')]).toEqual([400, true]);
    expect((await olga.open('/admin')).text).toContain('{"text":"Audit","url":"/admin/audit"}');
  });
});
