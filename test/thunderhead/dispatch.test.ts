import { expect, test } from '@jest/globals';
import type { Later } from '#processors/document/ports.ts';
import type { CallRequest, Permit } from '#src/thunderhead/budget/call.ts';
import { openDispatch, type Waiting } from '#src/thunderhead/dispatch.ts';
import { eventually } from '#test/support/services.ts';
import { handover } from './documents.ts';

const alive = new AbortController().signal;

/** A budget that gives permits when it is told to, and a line that keeps what it was to send. */
function house({ size = 50, lingerMs = 0, again = (_: readonly Waiting[]) => [] as readonly Waiting[] } = {}) {
  const asked: CallRequest[] = [];
  const sent: (readonly Waiting[])[] = [];
  const held: (() => void)[] = [];
  let hold = false;
  let refusal: Later | undefined;
  const calls = {
    permit: async (request: CallRequest): Promise<Permit | Later> => {
      asked.push(request);
      if (hold) await new Promise<void>((resolve) => held.push(resolve));
      return refusal ?? { id: String(asked.length), probe: false };
    },
  };
  const send = async (_: Permit, documents: readonly Waiting[]) => {
    sent.push(documents);
    const back = again(documents);
    for (const waiting of documents)
      if (!back.some(({ handover: { progress } }) => progress.id === waiting.handover.progress.id))
        waiting.answer({ kind: 'unknown', reason: `call ${sent.length}` });
    return back;
  };
  const { submit } = openDispatch(calls, send, { size: () => size, lingerMs: () => lingerMs });
  return {
    submit: (changes = {}, signal = alive) => submit(handover(changes), signal),
    ...{ asked, sent },
    sizes: () => sent.map(({ length }) => length),
    hold() {
      hold = true;
    },
    release() {
      hold = false;
      for (const go of held.splice(0)) go();
    },
    refuse(later: Later) {
      refusal = later;
    },
  };
}

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

test('a lone document waits for nobody', async () => {
  const { submit, sizes, asked } = house();
  await submit({ weight: 3, returning: true });
  expect(sizes()).toEqual([1]);
  expect(asked).toEqual([{ source: 'ARCADE', weight: 3, urgent: false, fill: 1 / 50, returning: true }]);
});

test('what is ready together travels together, as many as a call takes', async () => {
  const { submit, sizes } = house();
  await Promise.all(many(120, () => submit()));
  expect(sizes()).toEqual([50, 50, 20]);
});

test('with a size of one each travels alone', async () => {
  const { submit, sizes } = house({ size: 1 });
  await Promise.all(many(3, () => submit()));
  expect(sizes()).toEqual([1, 1, 1]);
});

test('another batch configuration, source or urgency is another call', async () => {
  const { submit, sizes, asked } = house();
  await Promise.all(
    [{}, { batchConfigResId: 43 }, { sourceSystem: 'CIBT' }, { priority: 5 }, { priority: 4 }].map((of) => submit(of)),
  );
  expect(sizes().toSorted()).toEqual([1, 1, 1, 2]);
  expect(asked.filter(({ urgent }) => urgent)).toHaveLength(1);
});

test('the scarcer the permits, the fuller the calls: who comes while one is waited for comes along', async () => {
  const { submit, sizes, hold, release, asked } = house();
  hold();
  const first = submit();
  await eventually(() => asked.length === 1);
  const others = many(9, () => submit());
  release();
  await Promise.all([first, ...others]);
  expect(sizes()).toEqual([10]);
});

test('no permit soon: each call load is told for itself when to come back', async () => {
  const { submit, sizes, refuse, asked } = house();
  refuse({ kind: 'later', afterMs: 9_000, reason: 'spent' });
  const answers = await Promise.all(many(70, () => submit()));
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set(['{"kind":"later","afterMs":9000,"reason":"spent"}']),
  );
  expect([sizes(), asked.map(({ fill }) => fill)]).toEqual([[], [1, 20 / 50]]);
});

test('who has been given up is not sent', async () => {
  const { submit, hold, release, asked, sent } = house();
  hold();
  const gone = new AbortController();
  void submit({}, gone.signal);
  const stays = submit();
  await eventually(() => asked.length === 1);
  gone.abort();
  release();
  await stays;
  expect(sent.flat()).toHaveLength(1);
});

test('company lingers for as long as it is told to, unless the call is full', async () => {
  const { submit, sizes } = house({ lingerMs: 50, size: 2 });
  const first = submit();
  await new Promise((resolve) => setImmediate(resolve));
  const second = submit();
  await Promise.all([first, second]);
  expect(sizes()).toEqual([2]);
});

test('the more often Thunderhead failed at a document, the fewer it takes along', async () => {
  const { submit, sizes } = house({ size: 8 });
  await Promise.all(many(8, () => submit({ progress: { ...handover().progress, attempts: 2 } })));
  expect(sizes()).toEqual([2, 2, 2, 2]);
});

test('one of a company is to blame: halves are sent until it is alone, and nobody else goes with them', async () => {
  const bad = handover();
  const house50 = house({
    again: (documents) => {
      const isSpoilt = documents.some(({ handover: { progress } }) => progress.id === bad.progress.id);
      if (!isSpoilt || documents.length === 1) return [];
      const most = Math.ceil(documents.length / 2);
      return documents.map((waiting) => ({ ...waiting, most }));
    },
  });
  const answers = [...many(49, () => house50.submit()), house50.submit({ progress: bad.progress })];
  await Promise.all(answers);
  const calls = house50.sent.map((documents) => documents.map(({ handover: { progress } }) => progress.id));
  const withBad = calls.filter((ids) => ids.includes(bad.progress.id));
  expect(withBad.map((ids) => ids.length)).toEqual([50, 25, 12, 6, 3, 1]);
  expect(withBad.at(-1)).toEqual([bad.progress.id]);
  expect(calls.length).toBeLessThanOrEqual(13);
  expect(new Set(calls.filter((ids) => !ids.includes(bad.progress.id)).flat()).size).toBe(49);
});
