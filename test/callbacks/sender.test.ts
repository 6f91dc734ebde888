import type { LookupAddress, lookup as systemLookup } from 'node:dns';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Callback, CallbackAnswer } from '#processors/callback/ports.ts';
import { callableAddresses } from '#src/callbacks/addresses.ts';
import { openCallbackSender } from '#src/callbacks/sender.ts';
import { clientSecret } from '#src/callbacks/signature.ts';
import { openReceiver, type Receiver, verified } from './receiver.ts';

const key = 'a key of at least thirty-two characters';
const never = new AbortController().signal;

let receiver: Receiver;
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => receiver?.[Symbol.asyncDispose]());

/** Names as a test wants them: each lookup of a name takes the next of its answers, and the last one stays. */
function names(table: Record<string, string[][]>) {
  const asked: string[] = [];
  const lookup = ((name: string, _options: object, callback: (error: Error | null, found: LookupAddress[]) => void) => {
    asked.push(name);
    const answers = table[name] ?? [];
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    if (addresses.length === 0) callback(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    else
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  }) as unknown as typeof systemLookup;
  return { lookup, asked };
}

async function post(
  url: string,
  options: { table?: Record<string, string[][]>; privateAddresses?: string[]; timeoutMs?: number; times?: number } = {},
) {
  const { lookup, asked } = names(options.table ?? {});
  await using sender = openCallbackSender(
    {
      allowance: async () => undefined,
      addresses: callableAddresses(options.privateAddresses ?? ['127.0.0.1']),
      clock: { now: () => new Date() },
      lookup,
    },
    { key, timeoutMs: options.timeoutMs ?? 2_000 },
  );
  const answers: (CallbackAnswer | { code: string })[] = [];
  for (let time = 0; time < (options.times ?? 1); time++)
    answers.push(await sender.post(callbackTo(url), never).catch(({ failure, ...error }) => failure ?? error));
  return { answers, asked };
}

const callbackTo = (url: string): Callback => ({
  ...{ id: '6f2b0c64-6a6e-5d0c-9d5b-000000000001', url, client: 'arcade' },
  event: {
    ...{ specversion: '1.0', id: '6f2b0c64-6a6e-5d0c-9d5b-000000000001', source: '/oms', type: 'com.oms.x.v1' },
    ...{ subject: 'r-1', time: '2026-11-21T10:00:00.000Z', datacontenttype: 'application/json' },
    data: { status: 'COMPLETED', text: 'Åse «blåbær»' },
  },
});
const portOf = ({ host }: Receiver) => host.split(':')[1];
const answered = (status: number) => [{ kind: 'answered', status }];

test('a call is a POST that the library of Standard Webhooks verifies, and nobody else’s secret does', async () => {
  const { answers } = await post(receiver.url);
  expect(answers).toEqual(answered(204));
  const [call] = receiver.calls;
  if (!call) throw new Error('nobody called');
  expect(call.path).toBe('/oms/status?tenant=7');
  expect(call.headers).toMatchObject({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': '6f2b0c64-6a6e-5d0c-9d5b-000000000001',
  });
  expect(verified(clientSecret(key, 'arcade'), call)).toEqual(callbackTo('').event);
  expect(() => verified(clientSecret(key, 'cibt'), call)).toThrow(/signature/);
  expect(() => verified(clientSecret(`${key}!`, 'arcade'), call)).toThrow(/signature/);
  expect(() => verified(clientSecret(key, 'arcade'), { ...call, body: `${call.body} ` })).toThrow(/signature/);
});

test('a name is resolved, and called under its own name', async () => {
  const { answers, asked } = await post(`http://hooks.test:${portOf(receiver)}/`, {
    table: { 'hooks.test': [['127.0.0.1']] },
  });
  expect(answers).toEqual(answered(204));
  expect(asked).toEqual(['hooks.test']);
  expect(receiver.calls[0]?.headers.host).toBe(`hooks.test:${portOf(receiver)}`);
});

describe('nobody is reached', () => {
  const forbidden = [expect.objectContaining({ code: 'OMS_CALLBACK_ADDRESS_FORBIDDEN' })];

  test.each([
    ['localhost', '127.0.0.1'],
    ['metadata.test', '169.254.169.254'],
    ['six.test', '::1'],
    ['mapped.test', '::ffff:127.0.0.1'],
    ['nat64.test', '64:ff9b::7f00:1'],
    ['inside.test', '10.0.0.7'],
  ])('by a name that leads to a private address: %s', async (name, address) => {
    const { answers } = await post(`http://${name}:${portOf(receiver)}/`, {
      table: { [name]: [[address]] },
      privateAddresses: [],
    });
    expect(answers).toEqual(forbidden);
    expect(receiver.calls).toEqual([]);
  });

  test('by a name with a public and a private address', async () => {
    const { answers } = await post(`http://both.test:${portOf(receiver)}/`, {
      table: { 'both.test': [['127.0.0.1', '10.0.0.1']] },
    });
    expect(answers).toEqual(forbidden);
    expect(receiver.calls).toEqual([]);
  });

  test('by a name that answers differently the second time: the address that was looked at is the one called', async () => {
    const table = { 'rebinding.test': [['127.0.0.1'], ['169.254.169.254']] };
    // The first answer is closed at once, so that the second call has to connect, and so to look, again.
    receiver.answer((response) => void response.writeHead(204, { connection: 'close' }).end());
    const { answers, asked } = await post(`http://rebinding.test:${portOf(receiver)}/`, { table, times: 2 });
    expect(answers).toEqual([...answered(204), ...forbidden]);
    // Once for each connection: between the look and the call nobody asks again.
    expect(asked).toEqual(['rebinding.test', 'rebinding.test']);
    expect(receiver.calls).toHaveLength(1);
  });
});

describe('the answer', () => {
  test('a redirect is an answer, and is not followed', async () => {
    await using elsewhere = await openReceiver();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((response) => void response.writeHead(status, { location: elsewhere.url }).end());
      expect((await post(receiver.url)).answers).toEqual(answered(status));
    }
    expect(elsewhere.calls).toEqual([]);
  });

  test.each([
    ['7', 7_000],
    ['Sat, 21 Nov 2099 10:00:00 GMT', expect.any(Number)],
    ['0', 0],
  ])('says when to come back: %s', async (header, retryAfterMs) => {
    receiver.answer((response) => void response.writeHead(503, { 'retry-after': header }).end());
    expect((await post(receiver.url)).answers).toEqual([{ kind: 'answered', status: 503, retryAfterMs }]);
  });

  test('is only its status: a body without end is not read', async () => {
    let written = 0;
    receiver.answer((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written++;
      };
      response.on('drain', more);
      more();
    });
    expect((await post(receiver.url)).answers).toEqual(answered(200));
    expect(written).toBeLessThan(1_000);
  });

  test('that does not come is a time-out', async () => {
    receiver.answer(() => undefined);
    expect((await post(receiver.url, { timeoutMs: 100 })).answers).toEqual([
      expect.objectContaining({ code: 'OMS_CALLBACK_TIMEOUT', category: 'TIMEOUT' }),
    ]);
  });

  test('of nobody there is a fault that can be tried again', async () => {
    const { answers } = await post('http://127.0.0.1:1/');
    expect(answers).toEqual([expect.objectContaining({ code: 'OMS_CALLBACK_UNREACHABLE' })]);
    const unknown = await post('http://nowhere.test/', { table: {} });
    expect(unknown.answers).toEqual([expect.objectContaining({ code: 'OMS_CALLBACK_UNREACHABLE' })]);
  });
});
