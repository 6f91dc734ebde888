import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openIdempotencyKeys } from '#src/api/intake/idempotency-keys.ts';
import type { Answer } from '#test/support/client.ts';
import { invoice, newCorrelationId, offer } from '#test/support/documents.ts';
import { backends, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** draft-ietf-httpapi-idempotency-key-header-07 */
describe.each(backends)('Idempotency-Key, queues on %s', (backend) => {
  let oms: Oms;
  beforeAll(async () => {
    oms = await startOms({ backend, roles: ['api'] });
  });
  afterAll(() => oms?.close());

  const send = (body: unknown, key: string, path = ''): Promise<Answer> =>
    oms.fetch(`/api/v1/document-requests${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
  const seen = ({ status, headers, bytes }: Answer) => [
    status,
    headers.get('location'),
    headers.get('content-type'),
    bytes.toString(),
  ];
  const replayed = ({ headers }: Answer) => headers.get('idempotency-replayed');

  test('the same key and body is answered as the first time, and says so', async () => {
    const body = invoice();
    const key = newCorrelationId();
    const first = await send(body, key);
    expect([first.status, replayed(first)]).toEqual([202, null]);
    // It has gone on since; its answer is still the first one.
    await oms.pool.query(`update progress set stage = 'submit' where id = $1`, [first.json.id]);
    for (const same of [key, `"${key}"`, ` ${key} `]) {
      const again = await send(body, same);
      expect(seen(again)).toEqual(seen(first));
      expect(replayed(again)).toBe('true');
    }
  });

  test('so is an array, with every item', async () => {
    const key = newCorrelationId();
    const bodies = [invoice(), { ...invoice(), priority: -1 }];
    const first = await send(bodies, key, '/bulk');
    const again = await send(bodies, key, '/bulk');
    expect([first.status, replayed(again), seen(again)]).toEqual([200, 'true', seen(first)]);
    expect(again.json).toMatchObject({ accepted: 1, rejected: 1 });
  });

  test('another body, or another address, under the same key is refused', async () => {
    const body = invoice();
    const key = newCorrelationId();
    await send(body, key);
    for (const other of [
      await send(invoice(), key),
      await send({ ...body, priority: 1 }, key),
      await send([body], key, '/bulk'),
    ])
      expect([other.status, other.json.code]).toEqual([422, 'OMS_IDEMPOTENCY_KEY_REUSED']);
  });

  test('keys are each client’s own', async () => {
    const key = newCorrelationId();
    const [arcade, cibt] = [await send(invoice(), key), await send(offer(), key)];
    expect([arcade.status, cibt.status, replayed(cibt)]).toEqual([202, 202, null]);
    expect(arcade.json.id).not.toBe(cibt.json.id);
  });

  test('after an error the key is free for the corrected request', async () => {
    const key = newCorrelationId();
    const taken = invoice();
    await oms.post(taken);
    expect((await send({ ...taken, priority: 1 }, key)).json.code).toBe('OMS_CORRELATION_ID_TAKEN');
    expect((await send({ ...taken, priority: -1 }, key)).json.code).toBe('OMS_BODY_INVALID');
    const good = await send(invoice(), key);
    expect([good.status, replayed(good)]).toEqual([202, null]);
  });

  test('of twenty first uses at once exactly one proceeds; the others wait their turn or see its answer', async () => {
    const body = invoice();
    const key = newCorrelationId();
    const blocker = await oms.pool.connect();
    await blocker.query('begin; lock table document_request in exclusive mode');
    const answers = Array.from({ length: 20 }, () => send(body, key));
    // All but the one that is held up by the lock.
    const early = await Promise.race([Promise.all(answers), anyNineteen(answers)]);
    await blocker.query('rollback');
    blocker.release();
    for (const answer of early) {
      expect([answer.status, answer.json.code]).toEqual([409, 'OMS_IDEMPOTENCY_KEY_IN_USE']);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses).toEqual([202, ...Array(19).fill(409)]);
    expect(replayed(await send(body, key))).toBe('true');
  });

  test.each([
    ['an empty one', ''],
    ['a quoted one that is empty', '""'],
    ['one that is too long', 'x'.repeat(256)],
    ['one with a space', 'a b'],
    ['two in one', 'a, b'],
    ['a quote that is not closed', '"a'],
    ['a parameter', '"a";b=1'],
    ['a tab', '"a\tb"'],
    ['letters beyond ASCII', 'n\u00f8kkel'],
  ])('%s is no key, and nothing is taken in', async (_, key) => {
    const body = invoice();
    const answer = await send(body, key);
    expect([answer.status, answer.json.code]).toEqual([400, 'OMS_IDEMPOTENCY_KEY_INVALID']);
    const { rowCount } = await oms.pool.query('select from document_request where request_correlation_id = $1', [
      body.requestCorrelationId,
    ]);
    expect(rowCount).toBe(0);
  });

  test('255 characters are a key, and so is everything printable within quotes', async () => {
    for (const key of [`${'k'.repeat(255)}`, String.raw`"a \"b\", \\ ~!"`])
      expect((await send(invoice(), key)).status).toBe(202);
    const { rows } = await oms.pool.query(`select key from idempotency_key where key like 'a %'`);
    expect(rows).toEqual([{ key: String.raw`a "b", \ ~!` }]);
  });

  test('without the header nothing is kept', async () => {
    const count = async () => (await oms.pool.query('select count(*) as keys from idempotency_key')).rows;
    const before = await count();
    await oms.post(invoice());
    expect(await count()).toEqual(before);
  });
});

const anyNineteen = (answers: readonly Promise<Answer>[]): Promise<Answer[]> =>
  new Promise((resolve) => {
    const arrived: Answer[] = [];
    for (const answer of answers)
      void answer.then((one) => arrived.push(one) === answers.length - 1 && resolve(arrived));
  });

describe('the keys themselves', () => {
  let oms: Oms;
  const clock = { at: Date.parse('2026-11-21T08:00:00Z'), now: () => new Date(clock.at) };
  beforeAll(async () => {
    oms = await startOms({ roles: ['api'] });
  });
  afterAll(() => oms?.close());
  const open = () => openIdempotencyKeys({ pool: oms.pool, clock });
  const [print, other] = [Buffer.from('a body'), Buffer.from('another')];

  test('a key whose holder died is free for the same request after a minute, and for no other', async () => {
    const dead = await open().claim('arcade', 'lease', print);
    expect((await open().claim('arcade', 'lease', print)).kind).toBe('busy');
    clock.at += 60_000;
    expect((await open().claim('arcade', 'lease', other)).kind).toBe('reused');
    const heir = await open().claim('arcade', 'lease', print);
    expect(heir.kind).toBe('ours');
    // The dead one was only slow: what it says late does not count.
    if (dead.kind === 'ours') await dead.release();
    if (dead.kind === 'ours') await dead.keep({ from: 'the slow one' });
    if (heir.kind === 'ours') await heir.keep({ from: 'the heir' });
    expect(await open().claim('arcade', 'lease', print)).toEqual({ kind: 'answered', answer: { from: 'the heir' } });
  });

  test('a key is kept for 24 hours, then it is anybody’s and its row goes', async () => {
    const keys = open();
    for (const key of ['day', 'old']) {
      const claim = await keys.claim('arcade', key, print);
      if (claim.kind === 'ours') await claim.keep({ key });
    }
    clock.at += 24 * 3_600_000 - 1;
    expect((await keys.claim('arcade', 'day', print)).kind).toBe('answered');
    clock.at += 1;
    expect((await keys.claim('arcade', 'day', other)).kind).toBe('ours');
    clock.at += 60_000;
    await keys.claim('arcade', 'next', print);
    await eventually(
      async () => (await oms.pool.query(`select from idempotency_key where key = 'old'`)).rowCount === 0,
    );
  });
});
