import { describe, expect, test } from '@jest/globals';
import { advance, backOff, retrigger } from '#processors/engine/advance.ts';
import { done, type Failure, postpone, reject, type Verdict, wait } from '#processors/engine/outcome.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { begun, failure, now, type Shape, shape } from './shape.ts';

/** reserve and pay can be undone, confirm is beyond the point of no return, close is told of every end. */
const order = shape({
  stages: ['check', 'reserve+undo', 'pay+undo', 'ship', 'confirm', 'close+always'],
  pivot: 'ship',
});
/** The same without the closing stage: an end is an end. */
const plain = shape({ stages: ['check', 'reserve+undo', 'pay+undo', 'ship', 'confirm'], pivot: 'ship' });
/** Nothing to undo anywhere, as with documents. */
const document = shape({ stages: ['validate', 'submit', 'poll', 'publish+always'], pivot: 'submit' });

const fault: Verdict = { kind: 'fault', failure };
const cancel: Verdict = { kind: 'cancel' };

/** A claimed item at a stage, as the runner hands it over. */
const running = (stage: string, more: Partial<Progress> = {}): Progress => ({
  ...begun,
  stage,
  status: 'running',
  runs: 1,
  revision: 7,
  ...more,
});
const backwards = (stage: string, more: Partial<Progress> = {}): Progress =>
  running(stage, { direction: 'backward', result: 'compensated', ...more });
const exhausted = { attempts: 2 };
const to = (at: Progress, verdict: Verdict, pipeline: Shape = order) => advance(at, verdict, pipeline, now);
const inMs = (ms: number) => new Date(now.getTime() + ms);

describe('done, forward', () => {
  test('goes to the next stage, which begins afresh', () => {
    expect(to(running('check', { attempts: 1, runs: 3 }), done())).toEqual({
      ...begun,
      stage: 'reserve',
      status: 'ready',
      attempts: 0,
      runs: 0,
      dueAt: now,
      since: now,
      revision: 8,
    });
  });

  test('may ask the next stage to wait', () => {
    expect(to(running('check'), done({ afterMs: 250 }))).toMatchObject({ stage: 'reserve', dueAt: inMs(250) });
  });

  test('after the last stage ends completed', () => {
    expect(to(running('confirm'), done(), plain)).toMatchObject({
      stage: 'confirm',
      status: 'ended',
      result: 'completed',
    });
  });

  test('after the last stage knows the result, and ends when the always stage has told it', () => {
    const known = to(running('confirm'), done());
    expect(known).toMatchObject({ stage: 'close', status: 'ready', result: 'completed', dueAt: now });
    expect(to({ ...known, status: 'running' }, done())).toMatchObject({ status: 'ended', result: 'completed' });
  });
});

describe('wait', () => {
  test.each(['forward', 'backward'] as const)(
    'stays at the stage, not before the time asked for, and forgets the faults (%s)',
    (direction) => {
      const at = running('pay', { direction, attempts: 2, runs: 4 });
      expect(to(at, wait(1_500, 'not yet'))).toEqual({
        ...at,
        status: 'ready',
        attempts: 0,
        dueAt: inMs(1_500),
        revision: 8,
      });
    },
  );
});

test('a postponed wait is no progress: the faults are still in a row', () => {
  const at = running('pay', { attempts: 2, runs: 4 });
  const next = to(at, postpone(1_500, 'nobody was asked'));
  expect(next).toEqual({ ...at, status: 'ready', dueAt: inMs(1_500), revision: 8 });
});

describe('reject, forward', () => {
  test('had no effect: undoing begins at the stage before', () => {
    expect(to(running('pay'), reject(failure))).toMatchObject({
      stage: 'reserve',
      direction: 'backward',
      result: 'compensated',
      status: 'ready',
      attempts: 0,
      runs: 0,
    });
  });

  test('skips stages that cannot undo', () => {
    expect(to(running('ship'), reject(failure))).toMatchObject({ stage: 'pay', direction: 'backward' });
  });

  test('with nothing to undo ends rejected', () => {
    expect(to(running('reserve'), reject(failure), plain)).toMatchObject({
      stage: 'reserve',
      status: 'ended',
      result: 'rejected',
    });
    expect(to(running('validate'), reject(failure), document)).toMatchObject({
      stage: 'publish',
      status: 'ready',
      result: 'rejected',
    });
  });

  test('past the pivot ends failed and undoes nothing', () => {
    expect(to(running('confirm'), reject(failure), plain)).toMatchObject({
      status: 'ended',
      result: 'failed',
      direction: 'forward',
    });
    expect(to(running('poll'), reject(failure), document)).toMatchObject({ stage: 'publish', result: 'failed' });
  });

  test('at the pivot itself there is still a way back', () => {
    expect(to(running('ship'), reject(failure))).toMatchObject({ direction: 'backward', result: 'compensated' });
  });
});

describe('a fault, forward', () => {
  test('is retried at the same stage while attempts are left', () => {
    const at = running('pay', { attempts: 1, runs: 2 });
    const next = to(at, fault);
    expect(next).toMatchObject({ stage: 'pay', status: 'ready', direction: 'forward', attempts: 2, runs: 2 });
    expect(next.dueAt).toEqual(inMs(backOff({ attempts: 3, firstMs: 100, capMs: 1_000 }, 2, at.id)));
  });

  test('a charge whose fate is unknown is undone too', () => {
    expect(to(running('pay', exhausted), fault)).toMatchObject({
      stage: 'pay',
      direction: 'backward',
      result: 'compensated',
      attempts: 0,
    });
  });

  test('exhausted at a stage that cannot undo, undoing begins at the last one before that can', () => {
    expect(to(running('ship', exhausted), fault)).toMatchObject({ stage: 'pay', direction: 'backward' });
  });

  test('exhausted with nothing to undo ends failed, not rejected', () => {
    expect(to(running('check', exhausted), fault, plain)).toMatchObject({ status: 'ended', result: 'failed' });
  });

  test('exhausted past the pivot ends failed and undoes nothing', () => {
    expect(to(running('confirm', exhausted), fault, plain)).toMatchObject({
      status: 'ended',
      result: 'failed',
      direction: 'forward',
    });
  });

  test('is retried past the pivot as well', () => {
    expect(to(running('confirm'), fault)).toMatchObject({ stage: 'confirm', status: 'ready', attempts: 1 });
  });

  test('of a stage that allows one attempt is final at once', () => {
    const once = shape({ stages: ['send'], retry: { attempts: 1 } });
    expect(to(running('send'), fault, once)).toMatchObject({ status: 'ended', result: 'failed' });
  });
});

describe('backward', () => {
  test('done goes to the previous stage with an undo', () => {
    expect(to(backwards('pay'), done())).toMatchObject({
      stage: 'reserve',
      direction: 'backward',
      result: 'compensated',
    });
  });

  test('done with nothing left to undo ends compensated', () => {
    expect(to(backwards('reserve'), done(), plain)).toMatchObject({ status: 'ended', result: 'compensated' });
    expect(to(backwards('reserve'), done())).toMatchObject({ stage: 'close', status: 'ready', result: 'compensated' });
  });

  test('after a cancellation the end that was asked for is the end', () => {
    expect(to(backwards('reserve', { result: 'cancelled' }), done(), plain)).toMatchObject({ result: 'cancelled' });
  });

  test('a fault is retried', () => {
    expect(to(backwards('pay', { attempts: 1 }), fault)).toMatchObject({
      stage: 'pay',
      status: 'ready',
      direction: 'backward',
      attempts: 2,
    });
  });

  test('exhausted, it is parked as failed where it stands', () => {
    expect(to(backwards('pay', exhausted), fault, plain)).toMatchObject({
      stage: 'pay',
      status: 'ended',
      result: 'failed',
    });
  });

  test('refused, it is parked as failed', () => {
    expect(to(backwards('pay'), reject(failure), plain)).toMatchObject({ status: 'ended', result: 'failed' });
    expect(to(backwards('pay'), reject(failure))).toMatchObject({ stage: 'close', result: 'failed' });
  });
});

describe('cancel', () => {
  test('before any effect ends cancelled', () => {
    expect(to({ ...begun, stage: 'check' }, cancel, plain)).toMatchObject({ status: 'ended', result: 'cancelled' });
    expect(to({ ...begun, stage: 'check' }, cancel)).toMatchObject({ stage: 'close', result: 'cancelled' });
  });

  test('undoes what was done, and then ends cancelled', () => {
    expect(to({ ...begun, stage: 'ship' }, cancel)).toMatchObject({
      stage: 'pay',
      direction: 'backward',
      result: 'cancelled',
    });
  });

  test('leaves alone a stage that has not begun', () => {
    expect(to({ ...begun, stage: 'pay', runs: 0 }, cancel)).toMatchObject({ stage: 'reserve', direction: 'backward' });
  });

  test('undoes a stage whose run has begun: it may have taken effect', () => {
    expect(to(running('pay'), cancel)).toMatchObject({ stage: 'pay', direction: 'backward', status: 'ready' });
  });

  test.each<[string, Progress]>([
    ['past the pivot', running('confirm')],
    ['on the way back', backwards('pay')],
    ['when the end is being told', running('close', { result: 'completed' })],
    ['at the end', { ...begun, stage: 'close', status: 'ended', result: 'completed' }],
  ])('is refused %s: nothing changes', (_, at) => {
    expect(to(at, cancel)).toBe(at);
  });
});

describe('the always stage', () => {
  test.each(['completed', 'rejected', 'failed', 'cancelled', 'compensated'] as const)(
    'is late, never lost: its faults are retried for ever, and the result stays %s',
    (result) => {
      let at = running('close', { result });
      for (let round = 0; round < 200; round++) {
        const next = to(at, round % 2 ? reject(failure) : fault);
        expect(next).toMatchObject({ stage: 'close', status: 'ready', result, attempts: round + 1 });
        at = { ...next, status: 'running' };
      }
      expect(to(at, done())).toMatchObject({ status: 'ended', result });
    },
  );
});

describe('a retrigger', () => {
  test('clears the result and begins the next round at the stage it is told', () => {
    const at: Progress = {
      ...begun,
      stage: 'close',
      status: 'ended',
      result: 'failed',
      attempts: 3,
      runs: 5,
      round: 2,
    };
    expect(retrigger(at, 'ship', now)).toEqual({
      ...at,
      stage: 'ship',
      status: 'ready',
      result: null,
      attempts: 0,
      runs: 0,
      round: 3,
      dueAt: now,
      since: now,
      revision: at.revision + 1,
    });
  });

  test('of a parked undo goes on undoing', () => {
    const parked = to(backwards('pay', exhausted), fault);
    const ended = to({ ...parked, status: 'running' }, done());
    const again = retrigger(ended, 'pay', now);
    expect(again).toMatchObject({ stage: 'pay', direction: 'backward', result: null });
    expect(to({ ...(again as Progress), status: 'running' }, done())).toMatchObject({
      stage: 'reserve',
      direction: 'backward',
    });
  });
});

test('a stage that the pipeline does not have is a mistake, not a verdict', () => {
  expect(() => to(running('nowhere'), done())).toThrow('no stage nowhere');
});

test('what the stage says of its failure does not decide where the item goes', () => {
  const other: Failure = { code: 'X', category: 'Y', description: 'z', resumeAt: 'check', details: { a: 1 } };
  expect(to(running('pay'), reject(other))).toEqual(to(running('pay'), reject(failure)));
});
