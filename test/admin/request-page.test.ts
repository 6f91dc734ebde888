import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { searchRequests } from '#admin/requests/search.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';
import { listening, planOf } from './plans.ts';
import type { Visitor } from './visitor.ts';

/** The page of one request, over HTTP, without JavaScript. */

let house: Awaited<ReturnType<typeof openHouse>>;
let olga: Visitor;
beforeEach(async () => {
  house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  olga = house.visitor();
  await olga.signIn({ client: 'ops', secret: 'ops-secret' });
});
afterEach(() => house[Symbol.asyncDispose]());

const pageOf = (id: string) => `/admin/requests/${id}`;
const textOf = (markup: string) => markup.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

/** Presses a button of the page. */
async function press(id: string, action: string, fields: Record<string, string> = {}, meanwhile = async () => {}) {
  const { text } = await olga.open(pageOf(id));
  await meanwhile();
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(text) ?? [];
  const origin = house.url.replace('/admin', '');
  return olga.open(`${pageOf(id)}/${action}`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ csrf, ...fields })),
  });
}

const audited = async () => {
  const { rows } = await house.pool.query(
    `select actor, action, target_type, target_id, reason, result from audit where target_type = 'document' order by id`,
  );
  return rows;
};

async function failed(): Promise<string> {
  const [id = ''] = await house.offer(1, { sandbox: 'error' });
  await house.runAll([id]);
  return id;
}

describe('what the page tells', () => {
  test('of a failed document: how it stands, why, in Thunderhead’s own words, how often, and with which cause', async () => {
    const id = await failed();
    const { status, text } = await olga.open(pageOf(id));
    expect(status).toBe(200);
    const said = textOf(text);
    const [, fingerprint = ''] = /q=([0-9a-f]{16})"/.exec(text) ?? [];
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    for (const part of [
      'FAILED',
      id,
      'ARCADE',
      `corr-${id}`,
      'OMS_BATCH_ERRORED THUNDERHEAD_ERROR',
      'Thunderhead says TH-7 the field CustomerName is missing',
      'Failed at poll Attempts 1',
    ])
      expect(said).toContain(part);
  });

  test('one timeline, in order: from the call of the API over hand-over and event to what an operator did', async () => {
    const id = await failed();
    house.clock.advance(60_000);
    await press(id, 'retrigger', { reason: 'the template is mended' });
    house.thunderhead.isMended = true;
    await house.runAll([id]);
    const { json } = await olga.call(`requests/${id}`);
    const at = json.timeline.map((entry: { at: string }) => entry.at);
    expect(at).toEqual(at.toSorted());
    const titles = json.timeline.map(({ title }: { title: string }) => title);
    const story = [
      'Received',
      'validate → submit',
      'At submit',
      'Confirmed: Thunderhead has it',
      'submit → poll',
      'poll → publish',
      'Status published',
      'Ended: failed',
      'Set going again: failed → submit',
      'Operator: retrigger',
      'Status published',
      'Ended: completed',
    ];
    let from = 0;
    for (const title of story) {
      const found = titles.indexOf(title, from);
      expect([title, titles.slice(from), found >= 0]).toEqual([title, titles.slice(from), true]);
      // What happens in one millisecond has no order but the one it is told in.
      if (!['Confirmed: Thunderhead has it', 'Status published'].includes(title)) from = found;
    }
    const event = json.timeline.find(({ kind }: { kind: string }) => kind === 'event');
    expect(Object.fromEntries(event.facts)).toMatchObject({
      topic: 'oms.invoice-documents',
      partition: '0',
      offset: '1',
    });
    const handover = json.timeline.find(({ title }: { title: string }) => title.startsWith('Confirmed'));
    expect(Object.fromEntries(handover.facts)).toMatchObject({ 'Thunderhead batch': '1', transaction: '1 of 1' });
    const action = json.timeline.find(({ kind }: { kind: string }) => kind === 'operator');
    expect(action).toMatchObject({ actor: 'olga', detail: '“the template is mended”' });
  });

  test('a delayed document says what it waits for; a page of no request says so', async () => {
    const [id = ''] = await house.offer(1, { dueInMs: 3_600_000 });
    expect(textOf((await olga.open(pageOf(id))).text)).toContain('Waits at validate until 11:00:00 UTC');
    for (const none of ['0199aa00-0000-7000-8000-000000000000', 'nonsense'])
      expect((await olga.open(pageOf(none))).status).toBe(404);
    expect((await olga.call('requests/nonsense')).status).toBe(404);
  });
});

describe('what setting it going again would make', () => {
  const warned = async (id: string) => /class="hint warning">([^<]*)</.exec((await olga.open(pageOf(id))).text)?.[1];

  test('is said beside the button: asked about first, or made once more; nothing when nothing is there', async () => {
    const id = await failed();
    expect(await warned(id)).toBeUndefined();
    await house.pool.query(`update batch set status = 'PROCESSING_THUNDERHEAD' where request_id = $1`, [id]);
    expect(await warned(id)).toMatch(/^It was handed over, .* Thunderhead is asked first/);
    await house.pool.query(
      `update batch set status = 'FAILED_THUNDERHEAD', dms_document_id = 8888 where request_id = $1`,
      [id],
    );
    expect(await warned(id)).toBe(
      'It was made by Thunderhead before, at least in part: it is made again, and may be printed twice.',
    );
    // It goes on watching what it was handed over for.
    await house.pool.query(`update stage_error set resume_at = 'poll' where item_id = $1`, [id]);
    expect(await warned(id)).toBeUndefined();
  });
});

describe('what a source sent', () => {
  test('is shown by its names alone; the values are nowhere on the page, nor in the call for scripts', async () => {
    const [id = ''] = await house.offer(1);
    const { text } = await olga.open(pageOf(id));
    for (const name of ['CUSTOMER_ID', 'Invoice', 'Name']) expect(text).toContain(name);
    const call = await olga.call(`requests/${id}`);
    for (const shown of [text, call.text]) expect(shown).not.toMatch(/Nordmann|C-1001/);
    expect(await audited()).toEqual([]);
  });

  test('is shown once to who says why, and that stands in the audit', async () => {
    const [id = ''] = await house.offer(1);
    const { status, text } = await press(id, 'unmask', { reason: 'the customer is on the phone' });
    expect(status).toBe(200);
    for (const value of ['Kari Nordmann', 'C-1001']) expect(text).toContain(value);
    expect(await audited()).toEqual([
      {
        ...{ actor: 'olga', action: 'document.unmask', target_type: 'document', target_id: id },
        ...{ reason: 'the customer is on the phone', result: 'done' },
      },
    ]);
    expect((await olga.open(pageOf(id))).text).not.toMatch(/Nordmann/);
  });

  test('is not shown without a reason, nor when the audit cannot be written', async () => {
    const [id = ''] = await house.offer(1);
    const unexplained = await press(id, 'unmask', { reason: '  ' });
    expect(unexplained).toMatchObject({ status: 303 });
    expect(unexplained.headers.get('location')).toBe(`${pageOf(id)}?notice=reason-missing`);
    expect(await audited()).toMatchObject([
      { action: 'document.unmask', target_id: id, reason: null, result: 'failed' },
    ]);
    const unseen = await press(id, 'unmask', { reason: 'curious' }, async () => {
      await house.pool.query('alter table audit add constraint is_full check (false) not valid');
    });
    expect(unseen.status).toBe(500);
    expect(unseen.text).not.toMatch(/Nordmann/);
  });

  test('nor is what an error or the address of a call-back quotes of it, on no page and in no call, unless it is unmasked', async () => {
    const id = await failed();
    const details = {
      messages: [{ code: 'TH-7', message: 'the policy is wrong', details: { args: ['NO-4711'], msgText: 'as said' } }],
      body: '<p>NO-4711</p>',
    };
    await house.pool.query(`update stage_error set details = $2 where item_id = $1`, [id, JSON.stringify(details)]);
    await house.pool.query('update document_request set callback_url = $2 where id = $1', [
      ...[id, 'https://arcade.example/told?policy=NO-4711#NO-4711'],
    ]);
    const { text } = await olga.open(pageOf(id));
    const call = await olga.call(`requests/${id}`);
    const board = await olga.call(`queues/Documents.poll/${id}`);
    for (const shown of [text, call.text, board.text]) {
      expect(shown).not.toContain('NO-4711');
      expect(shown).toContain('the policy is wrong');
      expect(shown).toContain('as said');
    }
    for (const shown of [text, call.text]) expect(shown).toContain('https://arcade.example/told?•');
    const unmasked = await press(id, 'unmask', { reason: 'to mend the template' });
    expect(unmasked.text).toContain('https://arcade.example/told?policy=NO-4711');
    expect(unmasked.text).toContain('&lt;p&gt;NO-4711');
  });

  test('too much for a page is not shown, and the page says so', async () => {
    const [id = ''] = await house.offer(1);
    await house.pool.query('update document_request set content = $2, content_bytes = 300000 where id = $1', [
      id,
      JSON.stringify({ Note: 'x'.repeat(300_000) }),
    ]);
    expect(textOf((await olga.open(pageOf(id))).text)).toContain('too much to be shown on a page');
  });
});

describe('what can be done', () => {
  test('a failed document is set going again, with a reason that history and audit keep', async () => {
    const id = await failed();
    const answer = await press(id, 'retrigger', { reason: 'the template is mended' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${pageOf(id)}?notice=retriggered`]);
    expect(textOf((await olga.open(`${pageOf(id)}?notice=retriggered`)).text)).toContain('It is set going again.');
    expect(house.rung).toMatchObject([{ stage: 'submit', ids: [id] }]);
    const { rows } = await house.pool.query(
      'select reason, actor from history where item_id = $1 order by id desc limit 1',
      [id],
    );
    expect(rows).toEqual([{ reason: 'retriggered on its page: the template is mended', actor: 'olga' }]);
    expect(await audited()).toMatchObject([{ action: 'document.retrigger', target_id: id, result: 'done' }]);
    const again = await press(id, 'retrigger', { reason: 'twice' });
    expect(again.headers.get('location')).toBe(`${pageOf(id)}?notice=not-failed`);
    expect((await audited())[1]).toMatchObject({ action: 'document.retrigger', result: 'failed', reason: 'twice' });
  });

  test('a document is cancelled; what has ended is not, and is not offered to be', async () => {
    const [id = ''] = await house.offer(1);
    const answer = await press(id, 'cancel', { reason: 'a duplicate' });
    expect(answer.headers.get('location')).toBe(`${pageOf(id)}?notice=cancelled`);
    await house.run('publish', [id]);
    expect((await olga.open(pageOf(id))).text).not.toContain('/cancel"');
    const late = await press(id, 'cancel', { reason: 'a duplicate' });
    expect(late.status).toBe(303);
    const actions = (await audited()).map(({ action, reason }) => [action, reason]);
    expect(actions).toContainEqual(['document.cancel', 'a duplicate']);
  });

  test('a finished document is downloaded as it comes from Thunderhead, and who did so is kept', async () => {
    const [id = ''] = await house.offer(1);
    await house.runAll([id]);
    expect((await press(id, 'download')).headers.get('location')).toBe(`${pageOf(id)}?notice=reason-missing`);
    const reason = 'the customer has lost it';
    const gone = await press(id, 'download', { reason });
    expect(gone.headers.get('location')).toBe(`${pageOf(id)}?notice=document-gone`);
    house.contents = async () => ({
      ...{ kind: 'found', mimeType: 'application/pdf', length: undefined },
      body: Readable.from(['%PDF-1.7 ', 'the letter']),
    });
    const answer = await press(id, 'download', { reason });
    expect([answer.status, answer.text]).toEqual([200, '%PDF-1.7 the letter']);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="IVZRECPA-${id}.pdf"`);
    expect((await audited()).map(({ action, result, reason }) => [action, result, reason])).toEqual([
      ['document.download', 'failed', null],
      ['document.download', 'failed', reason],
      ['document.download', 'done', reason],
    ]);
  });

  test.each(['retrigger', 'cancel', 'unmask', 'download'])(
    'nobody says %s without a reason, and that is told',
    async (action) => {
      const id = await failed();
      const answer = await press(id, action, { reason: ' ' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `${pageOf(id)}?notice=reason-missing`]);
      expect(await audited()).toMatchObject([{ action: `document.${action}`, target_id: id, result: 'failed' }]);
      const looked = await olga.open(`${pageOf(id)}/${action}`);
      expect([looked.status, looked.headers.get('location')]).toEqual([303, pageOf(id)]);
    },
  );

  test.each(['retrigger', 'cancel', 'unmask', 'download'])('nobody is made to %s by another site', async (action) => {
    const id = await failed();
    const forged = await olga.open(`${pageOf(id)}/${action}`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'reason=because',
    });
    expect(forged.status).toBe(403);
    expect(forged.text).not.toMatch(/Nordmann/);
    const { rows } = await house.pool.query('select round from progress where id = $1', [id]);
    expect(rows).toEqual([{ round: 1 }]);
  });
});

describe('the search', () => {
  const search = async (word: string) => (await olga.call(`requests?q=${encodeURIComponent(word)}`)).json;

  test('finds a request by whatever an operator has in hand', async () => {
    const id = await failed();
    const [other = ''] = await house.offer(1);
    const { requests } = await search(id);
    const fingerprint = requests[0].error.fingerprint;
    for (const [word, by] of [
      [id, 'id'],
      [id.toUpperCase(), 'id'],
      [`corr-${id}`, 'correlation id'],
      ['1', 'Thunderhead batch'],
      ['OMS_BATCH_ERRORED', 'error code'],
      ['oms_batch_errored', 'error code'],
      [fingerprint, 'fingerprint'],
    ]) {
      const answer = await search(word);
      expect([word, answer.by, answer.requests.map((each: { id: string }) => each.id)]).toEqual([word, [by], [id]]);
    }
    const bySource = await search('arcade');
    expect([bySource.by, bySource.requests.map((each: { id: string }) => each.id)]).toEqual([
      ['source system'],
      [other, id],
    ]);
  });

  test('finds the documents of a hand-over by its name and by its correlation id, alone or in company', async () => {
    const ids = await house.offer(3);
    await house.runAll(ids);
    const [alone = '', ...others] = ids;
    const shared = '0199aa00-0000-7000-8000-00000000abcd';
    await house.pool.query(
      `update batch set correlation_id = $2, name = $3, transaction_count = 2 where request_id = any($1)`,
      [others, shared, `OMS-${shared}`],
    );
    for (const [word, found] of [
      [`OMS-${alone}-1-1`, [alone]],
      [`OMS-${shared}`, others.toReversed()],
      [`oms-${shared.toUpperCase()}`, others.toReversed()],
      [shared, others.toReversed()],
      [`OMS-${shared}-2`, []],
      [`OMS-${alone}-2`, []],
    ] as const) {
      const answer = await search(word);
      expect([word, answer.by, answer.requests.map((each: { id: string }) => each.id)]).toEqual([
        ...[word, found.length > 0 ? ['hand-over'] : [], found],
      ]);
    }
  });

  test('finds by its correlation id also what a source asked for that nobody knows', async () => {
    const [id = ''] = await house.offer(1);
    await house.pool.query(`update document_request set source_system = 'NOBODY' where id = $1`, [id]);
    const { by, requests } = await search(`corr-${id}`);
    expect([by, requests.map((each: { id: string }) => each.id)]).toEqual([['correlation id'], [id]]);
  });

  test('shows what failed last first, and not what came last', async () => {
    const [old = '', young = ''] = await house.offer(2, { sandbox: 'error' });
    await house.runAll([young]);
    await house.runAll([old]);
    expect((await search('')).requests.map((each: { id: string }) => each.id)).toEqual([old, young]);
    expect(textOf((await olga.open('/admin/requests')).text)).toContain('Why Failed');
  });

  test.each([
    ['what failed last', '', ['progress_failed_last']],
    [
      'the company of a hand-over',
      'OMS-0199aa00-0000-7000-8000-00000000abcd',
      ['batch_in_company', 'batch_of_handover'],
    ],
    ['a correlation id', 'corr-7', ['document_request_correlation']],
  ])('finds %s by an index among ever so many', async (_, word, indexes) => {
    await house.pool.query(
      `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
         document_language, source_environment, metadata, content, body_hash, received_at)
       select gen_random_uuid(), 'ARCADE', 'corr-' || n, 'INVOICE', 'IVZRECPA', 'nb-NO', 'TEST', '[]', '{}', '', now()
       from generate_series(1, 20000) n;
       insert into progress (id, pipeline, stage, status, result, due_at, since, ended_at)
       select id, 'document', 'publish', 'ended', 'rejected', now(), now(), now() from document_request;
       insert into batch (id, request_id, round, name, status, correlation_id, created_at, updated_at)
       select gen_random_uuid(), id, 1, 'OMS-' || id || '-1', 'COMPLETED', id, now(), now() from document_request;
       analyze document_request, progress, batch`,
    );
    const { pool, asked } = listening(house.pool);
    await searchRequests(pool, word, 'validate');
    const [statement] = asked.filter(({ text }) => text.includes('found'));
    const plan = await planOf(house.pool, statement ?? { text: '', values: [] });
    for (const index of indexes) expect(plan).toContain(index);
    expect(plan).not.toMatch(/Seq Scan on (progress|batch|document_request)|Rows Removed by Filter: \d{3}/);
  });

  test('without a word shows what failed last; a word that is not known, or is no text, finds nothing', async () => {
    const id = await failed();
    await house.runAll(await house.offer(1));
    expect((await search('')).requests.map((each: { id: string }) => each.id)).toEqual([id]);
    for (const word of ["' or 1=1 --", '\0', '99999999999999999999', '%']) {
      const answer = await search(word);
      expect([word, answer.requests.length]).toEqual([word, word === '\0' ? 1 : 0]);
    }
    expect(textOf((await olga.open('/admin/requests?q=nothing')).text)).toContain('Nothing goes by this word.');
  });

  test('shows the newest hundred of many, and says that there are more', async () => {
    const ids = await house.offer(130);
    const { requests, isCut } = await search('ARCADE');
    expect(isCut).toBe(true);
    expect(requests.map((each: { id: string }) => each.id)).toEqual(ids.toReversed().slice(0, 100));
    const { text } = await olga.open('/admin/requests?q=ARCADE');
    expect(textOf(text)).toContain('The newest 100 by source system');
    expect(text).toContain(`href="${pageOf(ids.at(-1) ?? '')}"`);
  });

  test('writes nothing of what is searched for into the page as markup', async () => {
    const { text } = await olga.open(`/admin/requests?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(text).not.toContain('<script');
  });
});
