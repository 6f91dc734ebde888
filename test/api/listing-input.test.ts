import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invoice, newCorrelationId, offer } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

const address = '/api/v1/document-requests';
const filters = 'status stage sourceSystem documentType documentName requestCorrelationId errorCode'.split(' ');
const others = 'receivedFrom receivedTo limit after total'.split(' ');

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'] });
  await Promise.all([oms.post(invoice()), oms.post(offer())]);
});
afterAll(() => oms?.close());

const ask = (query: string) => oms.fetch(`${address}?${query}`);
const itemsOf = async (query: string) => ((await ask(query)).json as unknown as { items: object[] }).items;

async function refused(query: string, ...fields: string[]): Promise<void> {
  const { status, json } = await ask(query);
  expect([query, status, json.code]).toEqual([query, 400, 'OMS_PARAMETER_INVALID']);
  expect(json.errors?.map(({ field }) => field.replace(/\[\d+\]$/, ''))).toEqual(fields);
}

const injections = [
  `' or '1'='1`,
  `ARCADE' or 1=1 --`,
  `'; drop table document_request; --`,
  `') union select id from document_request --`,
  `\\'; select pg_sleep(10); --`,
  '$1',
  'ARCADE%',
  '%',
];

describe('SQL', () => {
  test.each([...filters, ...others])('in %s is a value like any other, or refused', async (name) => {
    for (const text of injections) {
      const { status, json } = await ask(`${name}=${encodeURIComponent(text)}`);
      if (name === 'requestCorrelationId') expect([status, json.items]).toEqual([200, []]);
      else expect([status, json.code]).toEqual([400, 'OMS_PARAMETER_INVALID']);
    }
    expect(await itemsOf('')).toHaveLength(2);
  });

  test('in a correlation id that was really asked for finds that one request', async () => {
    const requestCorrelationId = `'; drop table progress; -- ${newCorrelationId()}`;
    const id = await oms.post(invoice({ requestCorrelationId }));
    expect(await itemsOf(`requestCorrelationId=${encodeURIComponent(requestCorrelationId)}`)).toMatchObject([{ id }]);
    await oms.pool.query('delete from progress where id = $1', [id]);
    await oms.pool.query('delete from document_request where id = $1', [id]);
  });
});

describe('refused is, with the name of the parameter', () => {
  test.each([...filters, ...others])('NUL, a line break and a megabyte in %s', async (name) => {
    await refused(`${name}=ARCADE%00`, name);
    await refused(`${name}=ARCADE%0D%0ASet-Cookie:%20a=b`, name);
    await refused(`${name}=`, name);
    const long = await ask(`${name}=${'A'.repeat(8_000)}`);
    expect([long.status, long.bytes.length < 2_000]).toEqual([400, true]);
    expect(long.json.errors?.[0]?.field.replace(/\[\d+\]$/, '')).toBe(name);
    // Node's parser takes no address of this size.
    expect((await ask(`${name}=${'A'.repeat(1_000_000)}`)).status).toBe(431);
  });

  test('a parameter that nobody knows, prototypes among them', async () => {
    await refused('colour=blue&size=9', 'colour', 'size');
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'status[]', 'status[$ne]', 'Status'])
      await refused(`${encodeURIComponent(name)}=FAILED`, name);
    await refused('__proto__[status]=FAILED', '__proto__[status]');
    expect(({} as { status?: string }).status).toBeUndefined();
    expect((await oms.fetch(`${address}/summary?since=yesterday`)).status).toBe(400);
  });

  test.each([...filters.slice(2), ...others])('%s given twice', (name) => refused(`${name}=1&${name}=1`, name));

  test('a value that is none', async () => {
    await refused('status=DONE', 'status');
    await refused('status=failed', 'status');
    await refused('status=FAILED&status=DONE', 'status');
    await refused(`status=${'FAILED,'.repeat(500)}FAILED`, 'status');
    await refused('stage=print', 'stage');
    await refused('limit=0&total=perhaps', 'limit', 'total');
    for (const limit of ['501', '-1', '1.5', '1e3', 'ten', '0x10', 'NaN']) await refused(`limit=${limit}`, 'limit');
    for (const after of ['x', 'AAAAAAAAAAAAAAAAAAAAAB', '00000000-0000-0000-0000-000000000000', '....', '=='])
      await refused(`after=${after}`, 'after');
    for (const time of [
      ...['2026-11-21', '2026-11-21T08:00:00', '2026-02-30T08:00:00Z', '2026-11-21T25:00:00Z', 'now', '1795248000000'],
      ...['0000-01-01T00:00:00Z', '+010000-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', 'infinity'],
      '2026-11-21T08:00:00+01:00',
    ])
      await refused(`receivedFrom=${time}&receivedTo=${time}`, 'receivedFrom', 'receivedTo');
  });
});

test('the ends of what is allowed are allowed', async () => {
  for (const query of [
    'receivedFrom=0001-01-01T00:00:00Z&receivedTo=9999-12-31T23:59:59Z',
    'receivedFrom=2020-01-01T00:00:00%2B01:00&limit=500&total=true',
    'limit=1',
    'after=_____________________w',
  ])
    expect([query, (await ask(query)).status]).toEqual([query, 200]);
  expect(await itemsOf('receivedFrom=0001-01-01T00:00:00Z&receivedTo=9999-12-31T23:59:59Z')).toHaveLength(2);
  expect(await itemsOf(`requestCorrelationId=${'%F0%9F%98%80'.repeat(32)}`)).toEqual([]);
});

describe('an id', () => {
  test('that is none is refused, everywhere, and never reaches the database', async () => {
    const bad = ['1', 'null', "'%20or%20true", '%00', '%0D%0A', '(019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10)', '__proto__'];
    for (const id of bad)
      for (const part of ['', '/history', '/batches', '/document']) {
        const { status, json } = await oms.fetch(`${address}/${id}${part}`);
        expect([id, part, status, json.code]).toEqual([id, part, 400, 'OMS_PARAMETER_INVALID']);
      }
  });
});
