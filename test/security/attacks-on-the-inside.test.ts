import { expect, test } from '@jest/globals';
import { invoice } from '#test/support/documents.ts';
import { linkTo } from '#test/support/link.ts';
import { startOms } from '#test/support/oms.ts';
import { freshDatabase } from '#test/support/services.ts';

test('whoever asks whether a process is ready learns neither where its database is nor who its user is', async () => {
  const link = await linkTo(await freshDatabase());
  await using oms = await startOms({ roles: ['api'], environment: { DATABASE_URL: link.url } });
  const ready = () => oms.with(undefined).fetch('/health/ready');
  expect((await ready()).json).toEqual({
    ...{ ready: true, roles: ['api'], queues: 'redis' },
    ...{ kafka: 'not used by these roles', referenceData: 'as the source has it' },
  });
  await link[Symbol.asyncDispose]();
  const { status, json } = await ready();
  expect([status, json]).toEqual([503, { ready: false, reason: 'The database is out of reach' }]);
  expect(oms.log.map(({ msg }) => msg)).toContain('not ready');
});

test('when the database refuses a row, neither the client nor the log is told what is in it', async () => {
  await using oms = await startOms({ roles: ['api'], logLevel: 'trace' });
  await oms.pool.query('alter table document_request add constraint never_urgent check (priority < 9)');
  const name = 'Euphegenia Doubtfire';
  const document = { documentContent: { Name: name }, documentMetadata: [{ key: 'CUSTOMER_ID', value: name }] };
  const answer = await oms.send(JSON.stringify(invoice({ ...document, priority: 9 })));
  expect([answer.status, answer.json.code]).toEqual([500, 'OMS_INTERNAL_ERROR']);
  const log = JSON.stringify(oms.log);
  expect(log).toContain('never_urgent');
  expect([log.includes(name), answer.bytes.includes(name)]).toEqual([false, false]);
});
