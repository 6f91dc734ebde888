import { expect, test } from '@jest/globals';
import { invoice } from '#test/support/documents.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { linesOf, openBulk } from '../api/bulk-stream.ts';
import { inSeconds } from './gate.ts';

test('an upload that outlives its token is taken in no further, and its last line says how far it was', async () => {
  // OIDM's clock is behind: it is for us to see that the token ends.
  await using oms = await startOms({ roles: ['api'], oidm: { now: () => Date.now() - 120_000 } });
  // Within the leeway of 30 s, and not for long.
  const token = await oms.oidm.issue('arcade', { exp: inSeconds(-24) });
  const bulk = openBulk(oms.url, token);
  const array = openBulk(oms.url, token, { 'content-type': 'application/json' });
  array.send('[');
  const answer = async () => {
    bulk.send(linesOf(invoice()));
    return bulk.next();
  };
  let read = 0;
  const last = await eventually(async () => {
    const answered = await answer();
    if (answered.status === 202) read = answered.line ?? 0;
    return answered.status !== 202 && answered;
  });
  expect(read).toBeGreaterThan(0);
  expect(last).toMatchObject({ line: null, status: 401, problem: { code: 'OMS_TOKEN_INVALID' } });
  expect(last.problem?.detail).toContain(`as far as line ${read}; `);
  expect(await bulk.end()).toEqual([]);
  array.send(`${JSON.stringify(invoice())}]`);
  expect(await array.end()).toMatchObject([{ status: 401, code: 'OMS_TOKEN_INVALID' }]);
});
