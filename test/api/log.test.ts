import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { invoice } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** What an operator finds in the log of a request that was refused, or that somebody took back. */

let oms: Oms;
beforeAll(async () => {
  oms = await startOms({ roles: ['api'], logLevel: 'trace', environment: { OIDM_TIMEOUT_MS: '500' } });
});
afterAll(() => oms?.close());

const lineOf = (url: string) => eventually(async () => oms.log.find((line) => line.url === url));
const path = (mark: string) => `/api/v1/status-events?limit=${mark}`;

test('a client’s mistake is told with its code and the client, as information', async () => {
  await oms.as('arcade').fetch(path('none'));
  const line = await lineOf(path('none'));
  expect(line).toMatchObject({ level: 'info', status: 400, code: 'OMS_PARAMETER_INVALID', client: 'arcade' });
  expect(line).not.toHaveProperty('address');
});

test('a stranger is told with its address, as a warning', async () => {
  await oms.with(undefined).fetch(path('1'));
  expect(await lineOf(path('1'))).toMatchObject({
    ...{ level: 'warn', status: 401, code: 'OMS_TOKEN_MISSING', address: expect.stringContaining('127.0.0.1') },
  });
});

test('who asked to cancel, and what', async () => {
  const { json } = await oms.as('arcade').send(JSON.stringify(invoice({ notBefore: '2099-01-01T00:00:00Z' })));
  await oms.as('arcade').fetch(`/api/v1/document-requests/${json.id}/cancel`, { method: 'POST' });
  expect(oms.log).toContainEqual(
    expect.objectContaining({ level: 'info', msg: 'asked to cancel', requestId: json.id, actor: 'client:arcade' }),
  );
});

test('what we refuse ourselves with 5xx is one line, and what nobody expected has its stack in another', async () => {
  await oms.oidm.outage('hang');
  const unknown = await oms.oidm.issue();
  await oms.with(unknown).fetch(path('2'));
  await oms.oidm.outage('none');
  expect(await lineOf(path('2'))).toMatchObject({ level: 'error', status: 503, code: 'OMS_SECURITY_UNAVAILABLE' });
  expect(oms.log.filter(({ url }) => url === path('2'))).toHaveLength(1);

  await oms.pool.query('alter table status_event rename to elsewhere');
  await oms.as('arcade').fetch(path('3'));
  await eventually(async () => oms.log.find(({ url, msg }) => url === path('3') && msg === 'answered'));
  await oms.pool.query('alter table elsewhere rename to status_event');
  expect(oms.log.filter(({ url }) => url === path('3'))).toEqual([
    expect.objectContaining({ level: 'error', err: expect.objectContaining({ stack: expect.any(String) }) }),
    expect.objectContaining({ level: 'error', msg: 'answered', code: 'OMS_INTERNAL_ERROR', client: 'arcade' }),
  ]);
});
