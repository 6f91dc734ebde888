import { expect, test } from '@jest/globals';
import { callbackPipeline } from '#processors/callback/pipeline.ts';
import type { CallbackSender } from '#processors/callback/ports.ts';
import { begin } from '#processors/engine/begin.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import { Runner } from '#processors/engine/runner.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse, type ShownQueue } from './house.ts';

test('the board shows which calls to sources wait, which failed, at whose place and why, to look at only', async () => {
  await using house = await openHouse({ databaseUrl: await freshDatabase(), redisUrl: redisUrl() });
  const { pool, clock } = house;
  const documents = await house.offer(4);
  await house.runAll(documents);
  await pool.query(
    `update document_request set client = 'arcade', callback_url = 'https://arcade.test/hooks?key=secret'`,
  );
  const { rows: events } = await pool.query<{ id: string; request: string }>(
    'select id, request_id as request from status_event order by request_id',
  );
  const ids = events.map(({ id }) => id);
  await inTransaction(pool, (transaction) =>
    begin(
      transaction,
      ids.map((id) => ({ id, dueAt: clock.now() })),
      { pipeline: 'callback', stage: 'deliver', actor: 'worker', now: clock.now() },
    ),
  );
  const [taken, gone, busy] = ids;
  const statuses: Record<string, number> = { [taken ?? '']: 204, [gone ?? '']: 410, [busy ?? '']: 500 };
  const sender: CallbackSender = {
    post: async ({ id }) => ({ kind: 'answered', status: statuses[id] ?? 204 }),
  };
  const callbacks = callbackPipeline({ sender, pool }, { attempts: 3, timeoutMs: 1_000 });
  const runner = new Runner({
    ...{ store: house.store, clock, leaseMs: 60_000, paused: house.pauses },
    pipelines: [callbacks as unknown as Pipeline<never>],
  });
  for await (const _ of runner.run({
    ...{ pipeline: 'callback', stage: 'deliver', dueAt: clock.now() },
    ids: ids.slice(0, 3),
  }));

  const show = async (status: string): Promise<ShownQueue & { readOnlyMode: boolean }> => {
    const query = new URLSearchParams({ activeQueue: 'Callbacks.deliver', status });
    const { body } = await house.ask(`queues?${query}`);
    return body.queues.find(({ name }: ShownQueue) => name === 'Callbacks.deliver');
  };
  const failed = await show('failed');
  expect(failed).toMatchObject({ readOnlyMode: true, counts: { waiting: 1, delayed: 1, active: 0, failed: 1 } });
  expect(failed.jobs).toMatchObject([
    {
      id: gone,
      name: 'arcade.test (ARCADE) · rejected',
      failedReason: expect.stringMatching(/^OMS_CALLBACK_GONE: .*answered 410/),
      data: { requestId: documents[1], client: 'arcade', receiver: 'arcade.test' },
      externalUrl: { href: `/admin/requests/${documents[1]}` },
    },
  ]);
  const delayed = await show('delayed');
  expect(delayed.jobs).toMatchObject([{ id: busy, attempts: 1, failedReason: expect.stringMatching(/answered 500/) }]);
  expect((await show('latest')).jobs).toHaveLength(3);
  expect(JSON.stringify([failed, delayed])).not.toMatch(/secret/);
  expect((await house.ask(`queues/Callbacks.deliver/${gone}/logs`)).body.at(-1)).toMatch(/410/);
  for (const call of [`${gone}/retry`, `${gone}/clean`, 'retry/failed', 'pause', 'promote', 'empty'])
    expect([call, (await house.ask(`queues/Callbacks.deliver/${call}`, { method: 'PUT' })).status]).toEqual([
      call,
      403,
    ]);
  expect((await house.ask(`queues/Callbacks.deliver/17`)).status).toBe(404);
});
