import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { reopen } from '#processors/engine/reopen.ts';
import { openReceiver, type Receiver, verified } from '#test/callbacks/receiver.ts';
import { referenceApi } from '#test/reference-data/api.ts';
import { gapsIn } from '#test/support/client.ts';
import { invoice, type RequestBody, troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const callbackKey = 'a key of at least thirty-two characters';

let oms: Oms;
let receiver: Receiver;
beforeAll(async () => {
  oms = await startOms({
    roles: ['api', 'worker', 'sweep', 'reference-data'],
    environment: {
      CALLBACK_KEY: callbackKey,
      CALLBACK_PLAIN_HTTP: 'true',
      CALLBACK_PRIVATE_ADDRESSES: '127.0.0.1',
      CALLBACK_ATTEMPTS: '3',
      CALLBACK_TIMEOUT_MS: '2000',
      // The first ring is not the sweep's.
      SWEEP_GRACE_MS: '60000',
    },
  });
});
afterAll(() => oms?.close());
beforeEach(async () => {
  receiver = await openReceiver();
  await allow([receiver.host]);
});
afterEach(async () => receiver?.[Symbol.asyncDispose]());

/** Puts hosts on arcade's list, and waits until the API has read it. */
async function allow(hosts: readonly string[]): Promise<void> {
  await oms.pool.query(
    `update reference_data set attributes = attributes || jsonb_build_object('callbackHosts', $1::jsonb)
     where type = 'CLIENT' and code = 'arcade'`,
    [JSON.stringify(hosts)],
  );
  await eventually(async () => {
    const { json } = await oms.send(JSON.stringify(calledBack(invoice({ notBefore: '2099-01-01T00:00:00Z' }))));
    return json.code !== 'OMS_CALLBACK_FORBIDDEN';
  });
}

const calledBack = (body: RequestBody, callbackUrl = receiver.url) => ({ ...body, callbackUrl });

const secretOf = async (client: 'arcade' | 'cibt'): Promise<string> => {
  const { status, json } = await oms.as(client).fetch('/api/v1/callbacks/secret');
  expect(status).toBe(200);
  return json.secret as string;
};

/** Where the callback for an event stands. */
async function callback(eventId: string | undefined) {
  const { rows } = await oms.pool.query(
    `select p.status, p.result, p.attempts, p.due_at, e.code from progress p
     left join stage_error e on e.item_id = p.id where p.id = $1 and p.pipeline = 'callback'`,
    [eventId],
  );
  return rows[0];
}
const over = (eventId: string | undefined) =>
  eventually(async () => {
    const row = await callback(eventId);
    return row?.status === 'ended' && row;
  });

test('the final status is posted as the CloudEvent of the feed, signed with the client’s own secret', async () => {
  const { id } = await oms.through(calledBack(invoice()));
  const [call] = await eventually(() => receiver.calls.length > 0 && receiver.calls);
  const [event] = await oms.events(id);
  if (!call || !event) throw new Error('nobody called');
  expect(verified(await secretOf('arcade'), call)).toEqual({
    ...{ specversion: '1.0', id: event.id, source: '/oms', type: event.type, subject: id },
    ...{ time: expect.any(String), datacontenttype: 'application/json', data: event.data },
  });
  expect(call.headers['webhook-id']).toBe(event.id);
  expect(await over(event.id)).toMatchObject({ result: 'completed' });
  expect(receiver.calls).toHaveLength(1);
  expect(JSON.stringify(oms.log)).not.toMatch(/whsec_|thirty-two characters/);
  expect(await secretOf('cibt')).not.toBe(await secretOf('arcade'));
});

test('a host and its port, put on the list over the API, is called', async () => {
  const reference = referenceApi(oms);
  await allow([]);
  const [client] = await reference.list('/rows?type=CLIENT&code=arcade');
  if (!client) throw new Error('arcade has no row');
  const { id, version, deletedAt: _, ...row } = client;
  const attributes = { sourceSystems: ['ARCADE'], callbackHosts: [receiver.host, '*.example.com:8443', '[::1]:80'] };
  const put = await reference.put('rows', id, { ...row, attributes }, `"${version}"`);
  expect(put).toMatchObject({ status: 200, json: { attributes } });
  await eventually(async () => (await oms.send(JSON.stringify(calledBack(invoice())))).status === 202);
  await eventually(() => receiver.calls.length > 0);
});

test('is tried again with back-off until it is taken, under the same id', async () => {
  receiver.answer(500, 500);
  const { id } = await oms.through(calledBack(invoice()));
  const [event] = await oms.events(id);
  expect(await over(event?.id)).toMatchObject({ result: 'completed', code: null });
  expect(receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(Array(3).fill(event?.id));
  const secret = await secretOf('arcade');
  for (const call of receiver.calls) expect(verified(secret, call)).toMatchObject({ id: event?.id });
  expect(JSON.stringify(oms.log)).not.toMatch(/whsec_|thirty-two characters/);
});

test('what is given up is kept with its reason, and the document stays as it was', async () => {
  receiver.answer(...Array(9).fill(500));
  const { id, status } = await oms.through(calledBack(invoice()));
  expect(status).toBe('COMPLETED');
  const [event] = await oms.events(id);
  expect(await over(event?.id)).toMatchObject({ result: 'failed', code: 'OMS_CALLBACK_REFUSED' });
  const [line] = oms.log.filter(({ level, eventId }) => level === 'error' && eventId === event?.id);
  expect(line).toMatchObject({ pipeline: 'callback', code: 'OMS_CALLBACK_REFUSED' });
  expect(line?.msg).toBe(`given up: ${receiver.host} (of request ${id}) answered 500`);
  expect(line).not.toHaveProperty('requestId');
  expect(receiver.calls).toHaveLength(3);
  expect(await oms.get(id)).toMatchObject({ status: 'COMPLETED', errors: [] });
  expect(gapsIn(await oms.history(id))).toEqual([]);
});

test('410 Gone is the end of it', async () => {
  receiver.answer(410);
  const { id } = await oms.through(calledBack(invoice()));
  const [event] = await oms.events(id);
  expect(await over(event?.id)).toMatchObject({ result: 'rejected', code: 'OMS_CALLBACK_GONE' });
  expect(receiver.calls).toHaveLength(1);
});

test('a receiver that says when to come back is not called before', async () => {
  receiver.answer((response) => void response.writeHead(429, { 'retry-after': '600' }).end());
  const { id } = await oms.through(calledBack(invoice()));
  const [event] = await oms.events(id);
  const row = await eventually(async () => {
    const found = await callback(event?.id);
    return found?.attempts === 1 && found;
  });
  expect(row.due_at.getTime() - Date.now()).toBeGreaterThan(500_000);
});

test('a receiver that hangs holds nobody up', async () => {
  receiver.answer(() => undefined);
  expect(await oms.through(calledBack(invoice()))).toMatchObject({ status: 'COMPLETED' });
});

test('a second end is told in a second call', async () => {
  const { id } = await oms.through(calledBack(troubled('error')));
  await eventually(() => receiver.calls.length === 1);
  await reopen(oms.pool, [id], { actor: 'admin', reason: 'again', now: new Date() });
  await oms.pool.query('update progress set rung_at = null, due_at = now() - interval $$10 minutes$$ where id = $1', [
    id,
  ]);
  await eventually(() => receiver.calls.length === 2);
  const ids = receiver.calls.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(2);
  expect((await oms.events(id, 2)).map((event) => event.id)).toEqual(ids);
});

test('a host that is taken off the list is not called any more', async () => {
  receiver.answer(500);
  const { id } = await oms.through(calledBack(invoice()));
  await eventually(() => receiver.calls.length === 1);
  await oms.pool.query(
    `update reference_data set attributes = attributes || '{"callbackHosts": []}' where code = 'arcade' and type = 'CLIENT'`,
  );
  const [event] = await oms.events(id);
  // What is read of the list may be two seconds old; so many attempts are left.
  receiver.answer(500, 500);
  const { result, code } = await over(event?.id);
  expect([
    ['rejected', 'OMS_CALLBACK_FORBIDDEN'],
    ['failed', 'OMS_CALLBACK_REFUSED'],
  ]).toContainEqual([result, code]);
});

describe('refused at intake, with the field named', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://localhost:8080/',
    'http://2130706433/',
    'http://evil.example/',
    'ftp://127.0.0.1/',
    'not a url',
    'https://user:password@127.0.0.1/',
  ])('%s', async (callbackUrl) => {
    const { status, json } = await oms.send(JSON.stringify(calledBack(invoice(), callbackUrl)));
    expect({ status, code: json.code }).toEqual({ status: 400, code: 'OMS_CALLBACK_FORBIDDEN' });
    expect(json.errors).toMatchObject([{ field: 'callbackUrl' }]);
  });

  test('any, when there is no key', async () => {
    await using keyless = await startOms({ roles: ['api'] });
    const { status, json } = await keyless.send(JSON.stringify(calledBack(invoice(), 'https://hooks.example.com/')));
    expect({ status, code: json.code }).toEqual({ status: 400, code: 'OMS_CALLBACK_FORBIDDEN' });
    expect(await keyless.as('arcade').fetch('/api/v1/callbacks/secret')).toMatchObject({
      ...{ status: 404, json: { code: 'OMS_CALLBACKS_NOT_CONFIGURED' } },
    });
  });
});
