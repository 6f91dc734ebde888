import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, backOff, retrigger } from '#processors/engine/advance.ts';
import { cancelled, done, reject, type Verdict, wait } from '#processors/engine/outcome.ts';
import type { Progress, Result } from '#processors/engine/progress.ts';
import { retryOf, type Stage } from '#processors/engine/stage.ts';
import { begun, failure, now, type Shape } from './shape.ts';

/** One to six stages, the last perhaps `always`; anything may have an undo, any stage may be the pivot. */
const pipelines: fc.Arbitrary<Shape> = fc
  .record({
    stages: fc.array(
      fc.record({
        undo: fc.boolean(),
        once: fc.boolean(),
        retry: fc.record({
          attempts: fc.integer({ min: 1, max: 4 }),
          firstMs: fc.integer({ min: 0, max: 1_000 }),
          capMs: fc.integer({ min: 0, max: 60_000 }),
        }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    closing: fc.boolean(),
    pivot: fc.option(fc.nat(5), { nil: undefined }),
  })
  .map(({ stages, closing, pivot }) => ({
    name: 'any',
    stages: stages.map(({ undo, once, retry }, index): Stage<never> => {
      const always = closing && index > 0 && index === stages.length - 1;
      return {
        name: `s${index}`,
        retry,
        effect: once ? 'once' : 'idempotent',
        run: async () => done(),
        ...(undo && !always && { undo: async () => done() }),
        ...(always && { always }),
      };
    }) as [Stage<never>, ...Stage<never>[]],
    ...(pivot !== undefined && pivot < stages.length && { pivot: `s${pivot}` }),
  }));

type Kind = Verdict['kind'];
const verdictOf: Record<Kind, Verdict> = {
  done: done(),
  wait: wait(40, 'not yet'),
  reject: reject(failure),
  fault: { kind: 'fault', failure },
  cancelled: cancelled('not sent'),
  cancel: { kind: 'cancel' },
};
/** Cancellations and refusals are rare enough that long ways are walked, too. */
const kinds = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Kind>('done') },
  { weight: 3, arbitrary: fc.constantFrom<Kind>('wait', 'fault') },
  { weight: 1, arbitrary: fc.constantFrom<Kind>('reject', 'cancelled', 'cancel') },
);

interface Step {
  at: Progress;
  kind: Kind;
  next: Progress;
}

/** A pipeline, everything that happens to an item in it, and how it then comes to an end. */
const walks = fc
  .record({
    pipeline: pipelines,
    story: fc.array(fc.record({ kind: kinds, claimed: fc.boolean() }), { maxLength: 40 }),
    finally: fc.constantFrom<Kind>('done', 'reject', 'fault'),
  })
  .map(({ pipeline, story, finally: last }) => ({ pipeline, steps: walk(pipeline, story, last) }));

const maxSteps = 40 + 2 * 6 * 4 + 2;

/** As the runner does it: claim, ask, advance. A cancellation also meets items that nobody has in hand. */
function walk(pipeline: Shape, story: { kind: Kind; claimed: boolean }[], last: Kind): Step[] {
  const steps: Step[] = [];
  let at: Progress = { ...begun, stage: pipeline.stages[0].name };
  for (let index = 0; at.status !== 'ended' && index < maxSteps * 2; index++) {
    const { kind, claimed } = story[index] ?? {
      // What closes a pipeline cannot fail for ever and still be expected to end.
      kind: stageOf(pipeline, at).always ? 'done' : last,
      claimed: true,
    };
    if (claimed || kind !== 'cancel') at = { ...at, status: 'running', runs: at.runs + 1, revision: at.revision + 1 };
    const next = advance(at, verdictOf[kind], pipeline, new Date(now.getTime() + index * 1_000));
    steps.push({ at, kind, next });
    at = next;
  }
  return steps;
}

const stageOf = (pipeline: Shape, { stage }: Progress): Stage<never> =>
  pipeline.stages.find(({ name }) => name === stage) as Stage<never>;
const endOf = (steps: Step[]): Progress => (steps.at(-1) as Step).next;
const always = (pipeline: Shape) => pipeline.stages.find((stage) => stage.always)?.name;

const holds = (check: (pipeline: Shape, steps: Step[]) => void) =>
  fc.assert(
    fc.property(walks, ({ pipeline, steps }) => check(pipeline, steps)),
    { numRuns: 1_000 },
  );

describe('whatever the pipeline, and whatever happens', () => {
  test('it ends once stages only finish, refuse, or fail for good', () => {
    holds((_, steps) => {
      expect(endOf(steps).status).toBe('ended');
      expect(endOf(steps).result).not.toBeNull();
      expect(steps.length).toBeLessThanOrEqual(maxSteps);
    });
  });

  test('what has ended never moves again', () => {
    holds((pipeline, steps) => {
      const end = endOf(steps);
      for (const verdict of Object.values(verdictOf)) expect(advance(end, verdict, pipeline, now)).toBe(end);
    });
  });

  test('every change makes the revision one more, and only a refused cancellation changes nothing', () => {
    holds((_, steps) => {
      for (const { at, kind, next } of steps)
        if (next === at) expect(kind).toBe('cancel');
        else expect(next.revision).toBe(at.revision + 1);
    });
  });

  test('nothing is in hand after a step: it can be claimed again, or has ended', () => {
    holds((_, steps) => {
      for (const { at, next } of steps) if (next !== at) expect(next.status).not.toBe('running');
    });
  });

  test('nothing is undone, and no cancellation heard, once the pivot is done', () => {
    holds((pipeline, steps) => {
      const passed = steps.findIndex(
        ({ at, kind }) => at.stage === pipeline.pivot && at.direction === 'forward' && kind === 'done',
      );
      if (passed < 0 || stageOf(pipeline, steps[passed]?.at as Progress).always) return;
      for (const { kind, next } of steps.slice(passed)) {
        expect(next.direction).toBe('forward');
        // A stage may say that what it follows was stopped; a wish from outside is not enough.
        if (kind === 'cancelled') return;
        expect(next.result).not.toBe('cancelled');
      }
    });
  });

  test('nothing is called cancelled while an effect that cannot be taken back may exist', () => {
    holds((pipeline, steps) => {
      for (const { at, kind, next } of steps) {
        const stage = stageOf(pipeline, at);
        if (kind === 'cancel' && stage.effect === 'once' && !stage.undo && at.runs > 0) expect(next).toBe(at);
      }
    });
  });

  test('what was done, and what perhaps was done, is undone once each and last first; nothing else is', () => {
    holds((pipeline, steps) => {
      const turn = steps.findIndex(({ next }) => next.direction === 'backward');
      if (turn < 0) return;
      const undone = steps
        .slice(turn)
        .filter(
          ({ at, kind }) =>
            at.direction === 'backward' && /^(done|cancelled)$/.test(kind) && !stageOf(pipeline, at).always,
        )
        .map(({ at }) => at.stage);
      const expected = effects(pipeline, steps.slice(0, turn + 1)).reverse();
      // Parked half way, it has undone the newest part of it.
      if (endOf(steps).result === 'failed') expect(undone).toEqual(expected.slice(0, undone.length));
      else expect(undone).toEqual(expected);
    });
  });

  test('something is undone whenever there is something to undo and a way back', () => {
    holds((pipeline, steps) => {
      const { result } = endOf(steps);
      const turn = steps.findIndex(({ next }) => next.result !== null);
      const { at } = steps[turn] as Step;
      if (result === 'completed' || isPast(pipeline, at)) return;
      const turned = (steps[turn] as Step).next.direction === 'backward';
      expect(turned).toBe(effects(pipeline, steps.slice(0, turn + 1)).length > 0);
    });
  });

  test('the end has the name of what caused it', () => {
    holds((pipeline, steps) => {
      expect(endOf(steps).result).toBe(expectedResult(pipeline, steps));
    });
  });

  test('the always stage is on every way to the end, knows the result, and cannot exhaust', () => {
    holds((pipeline, steps) => {
      const closing = always(pipeline);
      if (!closing) return;
      expect(endOf(steps).stage).toBe(closing);
      expect(steps.at(-1)?.kind).toBe('done');
      const there = steps.filter(({ at }) => at.stage === closing);
      expect(there.length).toBeGreaterThan(0);
      for (const { at } of there) expect(at.result).toBe(endOf(steps).result);
      const turn = steps.findIndex(({ at }) => at.stage === closing);
      for (const { at } of steps.slice(turn)) expect(at.stage).toBe(closing);
    });
  });

  test('faults in a row are counted, and forgotten with every other step', () => {
    holds((pipeline, steps) => {
      for (const { at, kind, next } of steps) {
        if (next === at || next.status === 'ended') continue;
        const unending = stageOf(pipeline, at).always;
        const faulty = kind === 'fault' || (/^(reject|cancelled)$/.test(kind) && unending);
        const final =
          !unending &&
          (/^(reject|cancelled)$/.test(kind) || at.attempts + 1 >= retryOf(stageOf(pipeline, at)).attempts);
        expect(next.attempts).toBe(faulty && !final ? at.attempts + 1 : 0);
      }
    });
  });

  test('a stage is tried as often as it allows, and not once more', () => {
    holds((pipeline, steps) => {
      for (const { at, kind, next } of steps) {
        const { attempts } = retryOf(stageOf(pipeline, at));
        if (kind !== 'fault' || stageOf(pipeline, at).always) continue;
        expect(at.attempts).toBeLessThan(attempts);
        const stayed = next.stage === at.stage && next.direction === at.direction && next.status === 'ready';
        expect(stayed).toBe(at.attempts + 1 < attempts);
      }
    });
  });

  test('only a new stage or direction starts the clock of the stage, and the count of its runs', () => {
    holds((pipeline, steps) => {
      for (const [index, { at, next }] of steps.entries()) {
        if (next === at || next.status === 'ended') continue;
        const entered = next.stage !== at.stage || next.direction !== at.direction;
        expect(next.runs).toBe(entered ? 0 : at.runs);
        expect(next.since).toEqual(entered ? new Date(now.getTime() + index * 1_000) : at.since);
        expect(pipeline.stages.map(({ name }) => name)).toContain(next.stage);
      }
    });
  });

  test('the same arguments give the same answer, and are left as they were', () => {
    holds((pipeline, steps) => {
      for (const { at, kind } of steps) {
        const frozen = Object.freeze({ ...at });
        expect(advance(frozen, verdictOf[kind], pipeline, now)).toEqual(advance(at, verdictOf[kind], pipeline, now));
      }
    });
  });
});

/** Stages with an undo that took effect, or may have, in the order they ran: what a compensation owes the world. */
function effects(pipeline: Shape, steps: Step[]): string[] {
  const touched = new Set<string>();
  for (const { at, kind } of steps) {
    if (at.direction !== 'forward' || !stageOf(pipeline, at).undo) continue;
    if (kind === 'reject' || kind === 'cancelled') touched.delete(at.stage);
    else if (kind === 'done' || kind === 'fault' || (kind === 'cancel' && at.runs > 0)) touched.add(at.stage);
  }
  return [...touched];
}

const isPast = (pipeline: Shape, { stage }: Progress): boolean => {
  const names = pipeline.stages.map(({ name }) => name);
  return pipeline.pivot !== undefined && names.indexOf(stage) > names.indexOf(pipeline.pivot);
};

/** By the cause: the step that made the end known, and whether the way back got stuck. */
function expectedResult(pipeline: Shape, steps: Step[]): Result {
  const turn = steps.findIndex(({ next }) => next.result !== null);
  const { at, kind, next } = steps[turn] as Step;
  if (kind === 'done') return 'completed';
  const stuck = steps
    .slice(turn + 1)
    .some((step) => !stageOf(pipeline, step.at).always && step.next.result === 'failed');
  if (stuck) return 'failed';
  if (kind === 'cancelled') return 'cancelled';
  if (isPast(pipeline, at)) return 'failed';
  if (kind === 'cancel') return 'cancelled';
  if (next.direction === 'backward') return 'compensated';
  return kind === 'reject' ? 'rejected' : 'failed';
}

describe('a retrigger', () => {
  test('is only for what has failed or was rejected, and begins a new round', () => {
    holds((_, steps) => {
      const everything = [...steps.map(({ at }) => at), ...steps.map(({ next }) => next)];
      for (const at of everything) {
        const again = retrigger(at, 's0', now);
        const possible = at.status === 'ended' && (at.result === 'failed' || at.result === 'rejected');
        if (!possible) expect(again).toBeUndefined();
        else
          expect(again).toMatchObject({
            stage: 's0',
            status: 'ready',
            result: null,
            attempts: 0,
            runs: 0,
            round: at.round + 1,
            revision: at.revision + 1,
            since: now,
          });
      }
    });
  });
});

describe('back-off', () => {
  const retries = fc.record({
    attempts: fc.constant(5),
    firstMs: fc.integer({ min: 0, max: 10_000 }),
    capMs: fc.integer({ min: 0, max: 600_000 }),
  });
  // Far beyond what a number can double, too: the always stage is retried for ever.
  const attempt = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 5_000 }));

  test('doubles up to its cap, less at most a quarter, and is the same each time', () => {
    fc.assert(
      fc.property(retries, attempt, fc.uuid(), (retry, n, id) => {
        const full = Math.min(retry.capMs, retry.firstMs === 0 ? 0 : retry.firstMs * 2 ** (n - 1));
        const pause = backOff(retry, n, id);
        expect(pause).toBeGreaterThanOrEqual(Math.round(full * 0.75));
        expect(pause).toBeLessThanOrEqual(full);
        expect(backOff(retry, n, id)).toBe(pause);
      }),
      { numRuns: 2_000 },
    );
  });

  test('spreads what failed together: fifty documents come back at many times over the whole quarter', () => {
    const retry = { attempts: 5, firstMs: 60_000, capMs: 60_000 };
    for (const n of [1, 2, 3]) {
      const ids = Array.from(
        { length: 50 },
        (_, index) => `0195a1c0-0000-7000-8000-${String(index).padStart(12, '0')}`,
      );
      const pauses = ids.map((id) => backOff(retry, n, id));
      expect(new Set(pauses.map((pause) => Math.floor(pause / 1_000))).size).toBeGreaterThan(8);
    }
  });
});
