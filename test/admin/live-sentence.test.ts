import { describe, expect, test } from '@jest/globals';
import type { CallUse } from '#admin/thunderhead/controls.ts';
import { liveSentence } from '#admin/thunderhead/live-sentence.ts';
import { isPermit } from '#src/thunderhead/budget/call.ts';
import { eventually, freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';

/** What the board's own queues say of the calls to Thunderhead, in a sentence before their description. */

const unknown = 'How the calls to Thunderhead stand is not known at the moment';
const noon = new Date('2026-11-28T12:00:00Z');
const settings = { callsPerMinute: 1_200, callsInFlight: 16, batchSize: 50, batchLingerMs: 0 };
const calm: CallUse = {
  ...{ grantedInLastMinute: 12, tokensLeft: 60, inFlight: 1, pausedUntil: null, sources: [] },
  breaker: { state: 'closed', until: null, reason: null, openedTimes: 0 },
};
const rests = { ...calm.breaker, state: 'open', reason: 'connection refused' } as const;
const at = (time: string) => new Date(`2026-11-28T${time}Z`);

function openSentence(use: () => Promise<CallUse>) {
  const own = { ms: 0 };
  const clock = { now: () => noon };
  return Object.assign(own, liveSentence({ controls: { settings: () => settings, use }, clock, now: () => own.ms }));
}

describe('the sentence', () => {
  test.each<[string, Partial<CallUse>]>([
    ['1,200 calls a minute, 12 used in the last one; breaker closed', {}],
    [
      'Thunderhead is being left alone until 12:03:10 UTC: connection refused',
      { breaker: { ...rests, until: at('12:03:10') } },
    ],
    [
      'Thunderhead is being left alone; the next call finds out whether it answers again: connection refused',
      { breaker: { ...rests, until: at('11:59:59') } },
    ],
    [
      'One call is finding out whether Thunderhead answers again: connection refused',
      { breaker: { ...rests, state: 'probing', until: at('11:59:59') } },
    ],
    ["Thunderhead's gateway wants no calls until 12:01:00 UTC", { pausedUntil: at('12:01:00') }],
  ])('%s', async (expected, use) => {
    const sentence = openSentence(async () => ({ ...calm, ...use }));
    expect(sentence.current()).toBe(unknown);
    await sentence.refresh();
    expect(sentence.current()).toBe(expected);
  });

  test('is looked up at most once a second, whoever asks for it, and those who ask meanwhile wait for the same look', async () => {
    let looks = 0;
    const sentence = openSentence(async () => ({ ...calm, grantedInLastMinute: ++looks }));
    await Promise.all([sentence.refresh(), sentence.refresh()]);
    sentence.ms = 999;
    await sentence.refresh();
    expect([looks, sentence.current()]).toEqual([1, expect.stringContaining(' 1 used')]);
    sentence.ms = 1_000;
    await sentence.refresh();
    expect([looks, sentence.current()]).toEqual([2, expect.stringContaining(' 2 used')]);
  });

  test('does not wait for a store that does not answer, or is away, and says that it does not know', async () => {
    const answers: (() => Promise<CallUse>)[] = [
      async () => calm,
      () => new Promise(() => undefined),
      async () => calm,
      () => Promise.reject(new Error('connect ECONNREFUSED')),
    ];
    const sentence = openSentence(() => (answers.shift() as () => Promise<CallUse>)());
    const said: string[] = [];
    for (; answers.length > 0; sentence.ms += 1_000) {
      await sentence.refresh();
      said.push(sentence.current());
    }
    expect(said).toEqual([expect.stringContaining('12 used'), unknown, expect.stringContaining('12 used'), unknown]);
  });
});

test.each(['redis', 'postgres'])(
  'the stages that call Thunderhead tell how the calls stand, also when they are held back (%s)',
  async (backend) => {
    await using house = await openHouse({
      databaseUrl: await freshDatabase(),
      redisUrl: backend === 'redis' ? redisUrl() : undefined,
    });
    const descriptions = async () => {
      const { body } = await house.ask('queues');
      const shown = (body.queues as { name: string; description: string }[]).slice(0, 4);
      return shown.map(({ description }) =>
        description.replace(/(^|\. )Documents at \w+, as the database knows them$/, ''),
      );
    };
    const used = (calls: number) => `600 calls a minute, ${calls} used in the last one; breaker closed`;
    // A page waits for no look that is slow; then it has the sentence of the one before.
    await eventually(async () => {
      expect(await descriptions()).toEqual(['', used(0), used(0), '']);
      return true;
    });
    const ask = () => house.budget.ask({ source: null, weight: 1, urgent: false, fill: 1, returning: false });
    for (let calls = 0; calls < 5; calls++) {
      const permit = await ask();
      if (!isPermit(permit)) throw new Error(permit.reason);
      house.budget.finish(permit, { kind: 'unavailable', reason: 'connection refused' });
      house.clock.advance(200);
    }
    const alone = /^Thunderhead is being left alone until 10:00:0\d UTC: connection refused$/;
    await eventually(async () => {
      const [validate, submit, poll, publish] = await descriptions();
      expect([validate, publish]).toEqual(['', '']);
      for (const told of [submit, poll]) expect(told).toMatch(alone);
      return true;
    });
  },
);
