import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { reopen } from '#processors/engine/reopen.ts';
import { type Client, gapsIn } from '#test/support/client.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

const hourAhead = () => new Date(Date.now() + 3_600_000).toISOString();

const cancel = (client: Pick<Client, 'fetch'>, id: string, body?: unknown) =>
  client.fetch(`/api/v1/document-requests/${id}/cancel`, {
    method: 'POST',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

let oms: Oms;
let arcade: Client;
beforeAll(async () => {
  oms = await startOms({
    environment: { THUNDERHEAD_TIMEOUT_MS: '300', SWEEP_GRACE_MS: '1000', SWEEP_INTERVAL_MS: '200', ...eachAlone },
  });
  arcade = oms.as('arcade');
});
afterAll(() => oms?.close());

/** Where it stands when Thunderhead has it. */
const handedOver = (id: string) => eventually(async () => (await oms.get(id)).batch?.thunderheadBatchId ?? undefined);

describe('before the hand-over', () => {
  test('it ends as CANCELLED at once, nothing is ever made, and the end is told like any other', async () => {
    const id = await oms.post(invoice({ notBefore: hourAhead() }));
    const answer = await cancel(arcade, id, { reason: 'the policy was corrected' });
    expect(answer).toMatchObject({ status: 202, json: { id, links: { self: `/api/v1/document-requests/${id}` } } });
    expect(answer.headers.get('location')).toBe(`/api/v1/document-requests/${id}`);
    expect(await oms.finished(id)).toMatchObject({ status: 'CANCELLED', batch: null, errors: [] });
    expect(await oms.events(id)).toMatchObject([{ data: { status: 'CANCELLED', batch: null, errors: [] } }]);
    const history = await oms.history(id);
    expect(gapsIn(history)).toEqual([]);
    expect(history).toContainEqual(
      expect.objectContaining({
        ...{ from: 'validate', to: 'publish', actor: 'client:arcade' },
        reason: 'cancelled: the policy was corrected',
      }),
    );
    expect(await oms.sandbox.accepted(id)).toEqual([]);
  });

  test('asking again is harmless, and the answer the same', async () => {
    const id = await oms.post(invoice({ notBefore: hourAhead() }));
    const answers = await Promise.all([1, 2, 3, 4].map(() => cancel(arcade, id)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    await oms.finished(id);
    expect(await cancel(arcade, id)).toMatchObject({ status: 202, json: { id, status: 'CANCELLED' } });
    expect(await oms.events(id)).toHaveLength(1);
    expect(await oms.history(id)).toHaveLength(3);
  });

  test('what Thunderhead keeps failing at is cancelled while it waits for its next try', async () => {
    const id = await oms.post(troubled('server-error:100'));
    await eventually(async () => (await oms.get(id)).errors.length > 0);
    expect(await cancel(arcade, id)).toMatchObject({ status: 202, json: { status: 'PROCESSING' } });
    expect(await oms.finished(id)).toMatchObject({ status: 'CANCELLED', batch: null, errors: [] });
    expect(await oms.sandbox.accepted(id)).toEqual([]);
    expect(gapsIn(await oms.history(id))).toEqual([]);
  });
});

describe('after the hand-over', () => {
  test('Thunderhead is asked to stop, and it is CANCELLED when it has', async () => {
    const id = await oms.post(troubled('never'));
    await handedOver(id);
    expect(await cancel(arcade, id, { reason: 'sent twice' })).toMatchObject({
      status: 202,
      json: { status: 'PROCESSING' },
    });
    expect(await oms.finished(id)).toMatchObject({
      ...{ status: 'CANCELLED', errors: [] },
      batch: { status: 'STOPPED_THUNDERHEAD' },
    });
    expect(await oms.events(id)).toMatchObject([{ data: { status: 'CANCELLED' } }]);
    const history = await oms.history(id);
    expect(gapsIn(history)).toEqual([]);
    expect(history.map(({ actor, reason }) => `${actor} ${reason}`)).toEqual(
      expect.arrayContaining([
        'client:arcade to be cancelled: sent twice',
        expect.stringMatching(/^worker batch \d+ was stopped for client:arcade$/),
      ]),
    );
  });

  test('one whose hand-over was never answered is looked for, and stopped where it is found', async () => {
    const id = await oms.post(troubled('timeout,never'));
    await eventually(async () => (await oms.history(id)).some(({ reason }) => reason.startsWith('unknown')));
    expect((await cancel(arcade, id)).status).toBe(202);
    expect(await oms.finished(id)).toMatchObject({
      status: 'CANCELLED',
      batch: { status: 'STOPPED_THUNDERHEAD' },
    });
    expect(await oms.sandbox.accepted(id)).toMatchObject([{ status: 'STOPPED' }]);
  });

  test('while Thunderhead is out of reach the wish is kept, and granted when it is back', async () => {
    const id = await oms.post(troubled('never'));
    await handedOver(id);
    await oms.sandbox.turn('outage', { mode: 'unavailable' });
    try {
      expect((await cancel(arcade, id)).status).toBe(202);
      const asked = (await oms.sandbox.counts()).calls.getBatchStatuses ?? 0;
      await eventually(async () => ((await oms.sandbox.counts()).calls.getBatchStatuses ?? 0) > asked);
    } finally {
      await oms.sandbox.turn('outage', { mode: 'none' });
    }
    expect(await oms.finished(id)).toMatchObject({ status: 'CANCELLED' });
  });

  test("what Thunderhead's operators stopped is STOPPED, and cannot be cancelled", async () => {
    const { id, status } = await oms.through(troubled('stop'));
    expect(status).toBe('STOPPED');
    expect(await cancel(arcade, id)).toMatchObject({ status: 409, json: { code: 'OMS_REQUEST_NOT_CANCELLABLE' } });
  });

  test('when the document was faster it is COMPLETED', async () => {
    // Nobody looks at the batch again before it is wished away.
    await using slow = await startOms({ environment: { POLL_FIRST_MS: '60000', POLL_CAP_MS: '60000' } });
    const id = await slow.post(invoice());
    await eventually(async () => (await slow.sandbox.accepted(id))[0]?.status === 'COMPLETED');
    await eventually(async () => (await slow.get(id)).stage === 'poll');
    expect(await cancel(slow.as('arcade'), id)).toMatchObject({ status: 202, json: { status: 'PROCESSING' } });
    expect(await slow.finished(id)).toMatchObject({ status: 'COMPLETED', batch: { status: 'COMPLETED' } });
    expect((await slow.sandbox.counts()).calls.stopBatch).toBeUndefined();
  });
});

describe('whatever is final', () => {
  test.each([
    ['completed', invoice()],
    ['rejected', invoice({ documentName: 'IVNOTKNOWN' })],
    ['failed', troubled('error')],
  ])('is not cancelled: %s', async (_, body) => {
    const { id, status } = await oms.through(body);
    expect(await cancel(arcade, id)).toMatchObject({ status: 409, json: { code: 'OMS_REQUEST_NOT_CANCELLABLE' } });
    expect((await oms.get(id)).status).toBe(status);
  });

  test('what was cancelled is not set going again', async () => {
    const id = await oms.post(invoice({ notBefore: hourAhead() }));
    await cancel(arcade, id);
    await oms.finished(id);
    expect(await reopen(oms.pool, [id], { actor: 'admin', reason: '', now: new Date() })).toEqual([]);
  });
});

describe('who may', () => {
  test('not another tenant: it does not even learn that there is such a request', async () => {
    const id = await oms.post(invoice({ notBefore: hourAhead() }));
    expect(await cancel(oms.as('cibt'), id)).toMatchObject({ status: 404, json: { code: 'OMS_REQUEST_NOT_FOUND' } });
    expect((await oms.get(id)).status).toBe('QUEUED');
  });

  test('an admin every one, and the history says so', async () => {
    const id = await oms.post(invoice({ notBefore: hourAhead() }));
    expect((await cancel(oms.as('ops'), id)).status).toBe(202);
    expect((await oms.history(id)).map(({ actor }) => actor)).toContain('admin:ops');
  });
});

test.each([
  ['an unknown field', { why: 'x' }],
  ['a reason that is a number', { reason: 7 }],
  ['a reason without end', { reason: 'x'.repeat(501) }],
  ['a list', []],
])('a body with %s is refused, and nothing is cancelled', async (_, body) => {
  const id = await oms.post(invoice({ notBefore: hourAhead() }));
  expect(await cancel(arcade, id, body)).toMatchObject({ status: 400, json: { code: 'OMS_BODY_INVALID' } });
  expect((await oms.get(id)).status).toBe('QUEUED');
});

test('many wishes against a running pipeline: each request ends once, and CANCELLED is never a lie', async () => {
  const faults = fc.constantFrom('', '', 'slow:150', 'never', 'timeout', 'unavailable:2', 'reset');
  const story = fc.record({ fault: faults, afterMs: fc.nat(400), wishes: fc.integer({ min: 1, max: 3 }) });
  const stories = fc.sample(story, 150);
  await Promise.all(
    stories.map(async ({ fault, afterMs, wishes }) => {
      const id = await oms.post(fault ? troubled(fault) : invoice());
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      const answers = await Promise.all(Array.from({ length: wishes }, () => cancel(arcade, id)));
      for (const { status } of answers) expect([202, 409]).toContain(status);
      // 'never' that nobody wished away in time would stay for ever, but its wish is always in time.
      const view = await oms.finished(id, 60_000);
      const [batches, history, events] = [await oms.sandbox.accepted(id), await oms.history(id), await oms.events(id)];
      expect(gapsIn(history)).toEqual([]);
      expect(events).toHaveLength(1);
      expect(events[0]?.data).toMatchObject({ status: view.status });
      expect(history.filter(({ to }) => to === 'cancelled' || to === 'completed')).toHaveLength(1);
      expect(['CANCELLED', 'COMPLETED']).toContain(view.status);
      if (view.status === 'CANCELLED') {
        expect(batches.map(({ status }) => status)).toEqual(view.batch?.thunderheadBatchId ? ['STOPPED'] : []);
        if (!history.some(({ reason }) => reason.startsWith('confirmed'))) expect(batches).toEqual([]);
      } else expect(batches.map(({ status }) => status)).toEqual(['COMPLETED']);
    }),
  );
  expect((await oms.sandbox.counts()).acceptedTwice).toEqual([]);
  const { rows } = await oms.pool.query(
    `select count(*)::int as in_flight from progress where ended_at is null and due_at < now() + interval '1 minute'`,
  );
  expect(rows).toEqual([{ in_flight: 0 }]);
});
