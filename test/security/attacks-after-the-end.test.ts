import { expect, test } from '@jest/globals';
import { invoice } from '#test/support/documents.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { linesOf, openBulk } from '../api/bulk-stream.ts';
import { inSeconds } from './gate.ts';

test('an upload that outlives its token is taken in no further', async () => {
  // OIDM's clock is behind: it is for us to see that the token ends.
  await using oms = await startOms({ roles: ['api'], oidm: { now: () => Date.now() - 120_000 } });
  // Within the leeway of 30 s, and not for long.
  const bulk = openBulk(oms.url, await oms.oidm.issue('arcade', { exp: inSeconds(-24) }));
  const answer = async () => {
    bulk.send(linesOf(invoice()));
    return bulk.next();
  };
  expect(await answer()).toMatchObject({ status: 202 });
  const refused = await eventually(async () => {
    const { status, problem } = await answer();
    return status !== 202 && { status, code: problem?.code };
  });
  expect(refused).toEqual({ status: 401, code: 'OMS_TOKEN_INVALID' });
  expect(await bulk.end()).toEqual([]);
});
