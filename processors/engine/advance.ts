import type { Verdict } from './outcome.ts';
import type { Pipeline, PipelineShape } from './pipeline.ts';
import { stageOf } from './pipeline.ts';
import type { Progress, Result } from './progress.ts';
import { type Retry, retryOf, type Stage } from './stage.ts';

/**
 * The whole state machine: where an item stands, what its stage said, and so where it stands next.
 * No clock, no database, no transport; the same arguments always give the same answer.
 *
 * | verdict          | forward                                                         | backward                 |
 * |------------------|-----------------------------------------------------------------|--------------------------|
 * | done             | next stage, else end `completed`                                | previous undo, else end  |
 * | wait             | same stage, later; attempts start again, unless it is postponed | same                     |
 * | reject           | no effect: undo from the stage before; nothing to undo -> end    | end `failed`             |
 * |                  | `rejected`; past the pivot -> end `failed`                      |                          |
 * | fault, tries left| same stage after a back-off                                     | same                     |
 * | fault, exhausted | fate unknown: undo this stage too; past the pivot, or nothing to | end `failed` (parked)    |
 * | or final         | undo -> end `failed`                                            |                          |
 * | cancelled        | no effect (any more): undo from the stage before, then end      | as done                  |
 * |                  | `cancelled`; past the pivot -> end `cancelled`                   |                          |
 * | cancel           | undo what can be undone, then end `cancelled`; past the pivot,  | refused                  |
 * |                  | or where an effect without undo may have happened: refused      |                          |
 *
 * Refused means: nothing changes, the same object comes back.
 */
export function advance(at: Progress, verdict: Verdict, pipeline: PipelineShape, now: Date): Progress {
  if (at.status === 'ended') return at;
  const stage = stageOf(pipeline as Pipeline<never>, at.stage);
  if (verdict.kind === 'cancel') return cancel(at, stage, pipeline, now);
  if (verdict.kind === 'wait')
    return { ...settled(at), attempts: verdict.postponed ? at.attempts : 0, dueAt: after(now, verdict.afterMs) };
  if (stage.always) return atTheEnd(at, stage, verdict, now);
  return at.direction === 'forward'
    ? forward(at, stage, verdict, pipeline, now)
    : backward(at, stage, verdict, pipeline, now);
}

type Moving = Exclude<Verdict, { kind: 'cancel' | 'wait' }>;

function forward(at: Progress, stage: Stage<never>, verdict: Moving, pipeline: PipelineShape, now: Date): Progress {
  if (verdict.kind === 'done') {
    const next = pipeline.stages[indexOf(pipeline, stage.name) + 1];
    return next && !next.always
      ? enter(at, next.name, after(now, verdict.afterMs ?? 0), now)
      : end(at, 'completed', pipeline, now);
  }
  if (verdict.kind === 'fault' && triesAreLeft(at, stage, verdict)) return retryLater(at, stage, now, verdict.afterMs);
  const [aim, otherwise] = endings[verdict.kind];
  if (isPastPivot(pipeline, stage.name)) return end(at, verdict.kind === 'cancelled' ? aim : 'failed', pipeline, now);
  // A refusal had no effect, so undoing starts one stage earlier; after a fault nobody knows, so it starts here.
  const from = indexOf(pipeline, stage.name) - (verdict.kind === 'fault' ? 0 : 1);
  return undoFrom(at, from, aim, pipeline, now) ?? end(at, otherwise, pipeline, now);
}

const triesAreLeft = (at: Progress, stage: Stage<never>, { final }: { final?: boolean }): boolean =>
  !final && at.attempts + 1 < retryOf(stage).attempts;

/** The end when something has to be undone on the way to it, and when there is nothing to undo. */
const endings = {
  reject: ['compensated', 'rejected'],
  fault: ['compensated', 'failed'],
  cancelled: ['cancelled', 'cancelled'],
} as const satisfies Record<string, readonly [Result, Result]>;

function backward(at: Progress, stage: Stage<never>, verdict: Moving, pipeline: PipelineShape, now: Date): Progress {
  if (verdict.kind === 'done' || verdict.kind === 'cancelled') {
    const aim = at.result ?? 'compensated';
    return undoFrom(at, indexOf(pipeline, stage.name) - 1, aim, pipeline, now) ?? end(at, aim, pipeline, now);
  }
  if (verdict.kind === 'fault' && triesAreLeft(at, stage, verdict)) return retryLater(at, stage, now, verdict.afterMs);
  return end(at, 'failed', pipeline, now);
}

/** The `always` stage cannot fail, only be late: what it tells the world must be told. */
function atTheEnd(at: Progress, stage: Stage<never>, verdict: Moving, now: Date): Progress {
  return verdict.kind === 'done' ? { ...settled(at), status: 'ended', dueAt: now } : retryLater(at, stage, now);
}

function cancel(at: Progress, stage: Stage<never>, pipeline: PipelineShape, now: Date): Progress {
  if (stage.always || at.direction === 'backward' || isPastPivot(pipeline, stage.name)) return at;
  if (mayHaveActed(at, stage)) return at;
  // A stage that never ran here has nothing to undo.
  const from = indexOf(pipeline, stage.name) - (at.runs > 0 ? 0 : 1);
  return undoFrom(at, from, 'cancelled', pipeline, now) ?? end(at, 'cancelled', pipeline, now);
}

/** An effect that cannot be taken back may exist: to call the item cancelled could be a lie. Only the stage can find out. */
const mayHaveActed = ({ runs, round }: Progress, { effect, undo }: Stage<never>): boolean =>
  effect === 'once' && !undo && (runs > 0 || round > 1);

/** Whether a wish to cancel that `advance` refuses may yet be granted: before the pivot, or by a stage that can stop. */
export function mayStillCancel(at: Progress, pipeline: PipelineShape): boolean {
  if (at.result !== null || at.direction === 'backward') return false;
  const ahead = pipeline.stages.slice(indexOf(pipeline, at.stage));
  return !isPastPivot(pipeline, at.stage) || ahead.some(({ stoppable }) => stoppable);
}

function undoFrom(at: Progress, index: number, aim: Result, pipeline: PipelineShape, now: Date): Progress | undefined {
  const stage = pipeline.stages.slice(0, index + 1).findLast((candidate) => candidate.undo);
  return stage && { ...enter(at, stage.name, now, now), direction: 'backward', result: aim };
}

function end(at: Progress, result: Result, pipeline: PipelineShape, now: Date): Progress {
  const always = pipeline.stages.find((stage) => stage.always);
  return always
    ? { ...enter(at, always.name, now, now), result }
    : { ...settled(at), status: 'ended', result, dueAt: now };
}

const enter = (at: Progress, stage: string, dueAt: Date, now: Date): Progress => ({
  ...settled(at),
  stage,
  attempts: 0,
  runs: 0,
  dueAt,
  since: now,
});

function retryLater(at: Progress, stage: Stage<never>, now: Date, atLeastMs = 0): Progress {
  const attempts = at.attempts + 1;
  const pause = Math.max(atLeastMs, backOff(retryOf(stage), attempts, at.id));
  return { ...settled(at), attempts, dueAt: after(now, pause) };
}

const settled = (at: Progress): Progress => ({ ...at, status: 'ready', revision: at.revision + 1 });
const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
const indexOf = (pipeline: PipelineShape, name: string): number =>
  pipeline.stages.findIndex((stage) => stage.name === name);

function isPastPivot(pipeline: PipelineShape, stage: string): boolean {
  return pipeline.pivot !== undefined && indexOf(pipeline, stage) > indexOf(pipeline, pipeline.pivot);
}

/** Doubles from `firstMs` up to `capMs`, less up to a quarter: a fault that hit many items must not bring them all back at once. */
export function backOff({ firstMs, capMs }: Retry, attempt: number, id: string): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt - 1, 40));
  return Math.round(full * (1 - spread(id, attempt) / 4));
}

/** 0..1, the same for the same item and attempt: jitter between items without a random number inside a pure function. */
function spread(id: string, attempt: number): number {
  let hash = 2_166_136_261 ^ attempt;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 16_777_619);
  // Ids that differ in their last digits only would otherwise come out close together.
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** An operator sets a failed or rejected item going again. Undefined when that is not possible. */
export function retrigger(at: Progress, resumeAt: string, now: Date): Progress | undefined {
  if (at.status !== 'ended' || (at.result !== 'failed' && at.result !== 'rejected')) return undefined;
  return { ...enter(at, resumeAt, now, now), result: null, cancelAsked: false, round: at.round + 1 };
}
