import { expect, test } from '@jest/globals';
import { handover, openSandbox } from './sandbox.ts';

/** The judge of "printed twice": a correlation id accepted again while the earlier acceptance has not gone wrong. */
let names = 0;
const letter = (correlationId: string, fault = '') => {
  names += 1;
  return handover(fault, { correlationId, batchName: `name-${names}` });
};

test('whatever names and keys were used, a second acceptance of a live document is one too many', async () => {
  await using sandbox = await openSandbox();
  await sandbox.accept(letter('a'), 'key-1');
  await sandbox.accept(letter('b'), 'key-2');
  expect(await sandbox.counts()).toMatchObject({ accepted: 2, acceptedTwice: [] });
  await sandbox.accept(letter('a'), 'key-3');
  expect(await sandbox.counts()).toMatchObject({ accepted: 3, acceptedTwice: ['a'] });
});

test('also after it has been completed', async () => {
  await using sandbox = await openSandbox();
  await sandbox.accept(letter('a'));
  sandbox.advance(60_000);
  await sandbox.accept(letter('a'));
  expect((await sandbox.counts()).acceptedTwice).toEqual(['a']);
});

test.each(['error', 'partial', 'stop', 'lost'])('what ended with %s may be handed over again', async (fault) => {
  await using sandbox = await openSandbox();
  await sandbox.accept(letter('a', fault));
  sandbox.advance(1000);
  await sandbox.accept(letter('a'));
  expect((await sandbox.counts()).acceptedTwice).toEqual([]);
  await sandbox.accept(letter('a'));
  expect((await sandbox.counts()).acceptedTwice).toEqual(['a']);
});

test.each(['error', 'never'])('what is going to end with %s is alive until it has', async (fault) => {
  await using sandbox = await openSandbox();
  await sandbox.accept(letter('a', fault));
  sandbox.advance(999);
  await sandbox.accept(letter('a'));
  expect((await sandbox.counts()).acceptedTwice).toEqual(['a']);
});

test('what was cancelled may be handed over again once it is stopped', async () => {
  await using sandbox = await openSandbox();
  await sandbox.post(`/batches/${await sandbox.accept(letter('a'))}/cancel`);
  sandbox.advance(300);
  await sandbox.accept(letter('a'));
  expect((await sandbox.counts()).acceptedTwice).toEqual([]);
});

test('documents count by their own ids, whether they come alone or in batches', async () => {
  await using sandbox = await openSandbox();
  await sandbox.acceptMany([{ correlationId: 'a' }, { correlationId: 'b', sandbox: 'error' }, { correlationId: 'c' }]);
  sandbox.advance(1000);
  await sandbox.acceptMany([{ correlationId: 'b' }, { correlationId: 'd' }]);
  // The same hand-over's id is no letter's.
  expect(await sandbox.counts()).toMatchObject({ accepted: 5, acceptedBatches: 2, acceptedTwice: [] });
  await sandbox.accept(letter('c'));
  await sandbox.acceptMany([{ correlationId: 'd' }], { correlationId: 'a' });
  expect((await sandbox.counts()).acceptedTwice).toEqual(['c', 'd']);
});

test('one document twice in the same batch is printed twice', async () => {
  await using sandbox = await openSandbox();
  await sandbox.acceptMany([{ correlationId: 'a' }, { correlationId: 'b' }, { correlationId: 'a' }]);
  expect((await sandbox.counts()).acceptedTwice).toEqual(['a']);
});

test('the inspector shows where a document was accepted, with its number there', async () => {
  await using sandbox = await openSandbox();
  const alone = await sandbox.accept(letter('b', 'lost'), 'key-1');
  sandbox.advance(1000);
  const together = await sandbox.acceptMany([{ correlationId: 'a' }, { correlationId: 'b' }]);
  const accepted = async (id: string) => (await sandbox.get(`/sandbox/accepted?correlationId=${id}`)).json.accepted;
  expect(await accepted('b')).toMatchObject([
    { batchId: alone, transactionNo: 1, idempotencyKey: 'key-1', acceptedAt: '2026-11-21T10:00:00.000Z' },
    { batchId: together, transactionNo: 2, idempotencyKey: null },
  ]);
  expect(await accepted('handover-1')).toMatchObject([{ batchId: together, transactionNo: null }]);
});

test('calls are counted by operation, and by minute for an hour', async () => {
  await using sandbox = await openSandbox();
  await sandbox.accept(letter('a'));
  await sandbox.post('/batches', {});
  sandbox.advance(60_000);
  await sandbox.get('/batches?correlationId=a');
  const start = Date.parse('2026-11-21T10:00:00Z');
  expect(await sandbox.counts()).toMatchObject({
    ...{ calls: { submitDocument: 1, submitBatch: 1, findBatches: 1 }, submitCalls: 2 },
    callsPerMinute: [
      [start, 2],
      [start + 60_000, 1],
    ],
  });
  sandbox.advance(60 * 60_000);
  await sandbox.get('/batches?correlationId=a');
  expect((await sandbox.counts()).callsPerMinute).toEqual([[start + 61 * 60_000, 1]]);
});
