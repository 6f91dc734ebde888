import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gapsIn } from '#test/support/client.ts';
import { troubled } from '#test/support/documents.ts';
import { backends, eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** Everything that Thunderhead may do to a document. All of them are on their way at the same time. */
const faults = [
  ...['reject', 'no-such-fault', 'error', 'partial', 'stop', 'purged', 'slow:700', 'lost'],
  ...['timeout', 'reset', 'malformed', 'unavailable:1,timeout'],
  ...['unavailable:2', 'throttled:2', 'throttled-503:2', 'throttled-500:2', 'server-error:2'],
];

describe.each(backends)('Thunderhead makes trouble, queues on %s', (backend) => {
  let oms: Oms;
  const posted = new Map<string, string>();
  beforeAll(async () => {
    const environment = { THUNDERHEAD_TIMEOUT_MS: '2000', ...eachAlone };
    oms = await startOms({ backend, environment });
    for (const fault of faults) posted.set(fault, await oms.post(troubled(fault)));
  });
  afterAll(() => oms?.close());

  /** How the document with that fault has ended, and all that is known of it. */
  async function endOf(fault: string) {
    const view = await oms.finished(posted.get(fault) as string, 30_000);
    const [history, accepted] = await Promise.all([oms.history(view.id), oms.sandbox.accepted(view.id)]);
    expect(gapsIn(history)).toEqual([]);
    const [event, ...more] = await oms.events(view.id);
    expect(more).toEqual([]);
    expect(event?.data).toMatchObject({
      status: view.status,
      errors: view.errors.map(({ stage, category, code, description }) => ({ stage, category, code, description })),
      dmsDocumentId: view.batch?.dmsDocumentId ?? null,
      statusVersion: 1,
    });
    return {
      view,
      history,
      accepted,
      /** What was told without moving it on. */
      told: history.filter(({ from, to }) => from === to).map(({ reason }) => reason),
    };
  }

  test.each([
    ['reject', 'TH-1003'],
    ['no-such-fault', 'TH-1004'],
  ])('%s: a refusal is an answer, and there is no batch', async (fault, code) => {
    const { view, accepted } = await endOf(fault);
    expect(view).toMatchObject({ status: 'REJECTED', batch: { status: 'FAILED_OMS', thunderheadBatchId: null } });
    const [event] = await oms.events(view.id);
    expect(event?.data.batch).toBeNull();
    expect(view.errors).toEqual([
      expect.objectContaining({
        ...{ stage: 'submit', category: 'THUNDERHEAD_ERROR', code: 'OMS_THUNDERHEAD_REFUSED', attempts: 1 },
        details: expect.objectContaining({ code }),
        nextRetryAt: null,
      }),
    ]);
    expect(accepted).toEqual([]);
  });

  test.each([
    ['error', 10234, 'customerName'],
    ['partial', 10307, 'e-mail'],
  ])('%s: the batch has failed, for the reasons that Thunderhead gives', async (fault, msgId, word) => {
    const { view, accepted } = await endOf(fault);
    expect(view).toMatchObject({ status: 'FAILED', batch: { status: 'FAILED_THUNDERHEAD' } });
    const [error, ...others] = view.errors;
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      stage: 'poll',
      category: 'THUNDERHEAD_ERROR',
      code: 'OMS_BATCH_ERRORED',
      nextRetryAt: null,
    });
    expect(error?.description).toContain(word);
    expect(error?.details).toMatchObject({ messages: [{ code: String(msgId), details: { msgType: 'E', msgId } }] });
    expect(accepted).toHaveLength(1);
  });

  test('stop: stopped by its operators is a status of its own', async () => {
    const { view } = await endOf('stop');
    expect(view).toMatchObject({ status: 'STOPPED', batch: { status: 'STOPPED_THUNDERHEAD', dmsDocumentId: null } });
    expect(view.errors).toEqual([expect.objectContaining({ stage: 'poll', code: 'OMS_BATCH_STOPPED' })]);
  });

  test.each(['purged', 'slow:700'])('%s: completes', async (fault) => {
    const { view, history, accepted } = await endOf(fault);
    expect(view).toMatchObject({ status: 'COMPLETED', errors: [], batch: { status: 'COMPLETED' } });
    expect(history.filter(({ from, to }) => from !== to).map(({ to }) => to)).toEqual([
      'validate',
      'submit',
      'poll',
      'publish',
      'completed',
    ]);
    const looks = history.filter(({ from, to }) => from === 'poll' && to === 'poll');
    for (const { reason } of looks) expect(reason).toMatch(/^asked: batch is (QUEUED|RUNNING|not known yet)$/);
    expect(accepted).toHaveLength(1);
  });

  const intended = expect.stringMatching(/^intended: hand-over OMS-/);

  test.each([
    ['timeout', [intended, expect.stringMatching(/^unknown: sent, but Thunderhead did not answer in time/)]],
    ['reset', [intended, expect.stringMatching(/^unknown: sent, but Thunderhead is out of reach/)]],
    ['malformed', [intended, expect.stringMatching(/^unknown: sent, but .* 502 TH-2502/)]],
    [
      'unavailable:1,timeout',
      [intended, expect.stringMatching(/^not accepted: .* 503/), intended, expect.stringMatching(/^unknown/)],
    ],
  ])('%s: accepted without our knowing, and found again instead of sent twice', async (fault, expected) => {
    const { view, history, accepted, told } = await endOf(fault);
    expect(view).toMatchObject({
      status: 'COMPLETED',
      errors: [],
      batch: { thunderheadBatchId: accepted[0]?.batchId },
    });
    expect(accepted).toHaveLength(1);
    expect(told).toEqual(expected);
    expect(history.find(({ to }) => to === 'poll')?.reason).toBe(
      `confirmed: it had been accepted, batch ${accepted[0]?.batchId}`,
    );
    const { json } = await oms.fetch(`/api/v1/document-requests/${view.id}/batches`);
    expect(json.items).toEqual([
      expect.objectContaining({
        thunderheadBatchId: accepted[0]?.batchId,
        ...{ sentAt: expect.any(String), unknownAt: expect.any(String), confirmedAt: expect.any(String) },
      }),
    ]);
  });

  test.each([
    ['unavailable:2', '503 TH-2503'],
    ['throttled:2', '429 TH-2429'],
    ['throttled-503:2', '503 TH-2429'],
    ['throttled-500:2', '500 TH-2429'],
  ])('%s: nothing was done, so it comes back when it may, and no attempt is burnt', async (fault, says) => {
    const { view, accepted, told } = await endOf(fault);
    expect(view).toMatchObject({ status: 'COMPLETED', errors: [] });
    const notAccepted = expect.stringMatching(new RegExp(`^not accepted: .* ${says}`));
    expect(told).toEqual([intended, notAccepted, intended, notAccepted, intended]);
    expect(accepted).toHaveLength(1);
  });

  test('server-error:2: is tried again until it goes through, and leaves no error behind', async () => {
    const { view, accepted, told } = await endOf('server-error:2');
    expect(view).toMatchObject({ status: 'COMPLETED', errors: [] });
    const fault = expect.stringContaining('OMS_THUNDERHEAD_FAILED: Thunderhead failed at the document: TH-2500');
    expect(told.filter((reason) => reason.startsWith('OMS_'))).toEqual([fault, fault]);
    expect(accepted).toHaveLength(1);
    const { rows } = await oms.pool.query('select * from stage_error where item_id = $1', [view.id]);
    expect(rows).toEqual([]);
  });

  test('while it is tried again, the error and the time of the next try can be seen', async () => {
    const id = await oms.post(troubled('server-error:2'));
    const view = await eventually(async () => {
      const seen = await oms.get(id);
      return seen.errors[0]?.attempts === 2 && seen;
    });
    expect(view).toMatchObject({ status: 'PROCESSING', stage: 'submit', endedAt: null });
    const [error] = view.errors;
    expect(error).toMatchObject({ stage: 'submit', category: 'THUNDERHEAD_ERROR', details: { code: 'TH-2500' } });
    const { firstFailedAt, lastFailedAt, nextRetryAt } = error as NonNullable<typeof error>;
    expect([firstFailedAt, lastFailedAt, nextRetryAt as string]).toEqual(
      [firstFailedAt, lastFailedAt, nextRetryAt].sort(),
    );
    expect(new Set([firstFailedAt, lastFailedAt, nextRetryAt]).size).toBe(3);
    expect((await oms.finished(id)).status).toBe('COMPLETED');
  });

  test('lost: a batch that Thunderhead forgets has failed, after a while', async () => {
    const { view, accepted } = await endOf('lost');
    expect(view).toMatchObject({ status: 'FAILED', batch: { status: 'PROCESSING_THUNDERHEAD' } });
    expect(view.errors).toEqual([expect.objectContaining({ stage: 'poll', code: 'OMS_BATCH_LOST' })]);
    expect(accepted).toHaveLength(1);
  });

  test('nothing was accepted twice', async () => {
    expect((await oms.sandbox.counts()).acceptedTwice).toEqual([]);
  });
});
