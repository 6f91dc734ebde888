import { advance } from './advance.ts';
import { isTold, type Judged, reasonOf } from './judge.ts';
import type { Pipeline } from './pipeline.ts';
import type { Progress } from './progress.ts';
import type { Settling } from './settle.ts';
import type { Stage } from './stage.ts';

/** What is to be written down of a run: where the item stands next, and what is told, kept or forgotten of it. */
export function settlingOf(
  pipeline: Pipeline<unknown>,
  stage: Stage<unknown>,
  { at, verdict }: Judged,
  now: Date,
): Settling {
  const next =
    (verdict.kind === 'cancel' && afterCancel(pipeline, at, now)) ||
    advance(at, verdict, pipeline as Pipeline<never>, now);
  const failure = verdict.kind === 'fault' || verdict.kind === 'reject' ? verdict.failure : null;
  // A wait forgets the faults before it, so their error row goes with them; one that ended a round stays until `done`.
  const isForgotten = verdict.kind !== 'wait' || (!verdict.postponed && at.round === 1);
  const isPassed = next.result === 'cancelled' || (verdict.kind === 'done' && at.round > 1);
  const past = failure === null && ((at.attempts > 0 && isForgotten) || isPassed);
  const facts = 'facts' in verdict ? verdict.facts : undefined;
  return {
    pipeline: pipeline.name,
    at,
    next,
    now,
    // Only what can be worked out again may be taken back by a power cut.
    // (A wait that keeps something is about to act on it.)
    durable:
      stage.effect === 'once' ||
      next.status === 'ended' ||
      failure !== null ||
      (verdict.kind === 'wait' && facts !== undefined),
    reason: isTold(verdict, stage, next) ? reasonOf(verdict, next) : null,
    failure: failure ?? (past ? 'past' : null),
    facts,
    keep: pipeline.keep,
  };
}

/** Where a wish to cancel takes what was just claimed; undefined when the stage itself has to see to it. */
export function afterCancel(pipeline: Pipeline<unknown>, at: Progress, now: Date): Progress | undefined {
  // The claim has counted a run that does not begin.
  const untouched = { ...at, runs: at.runs - 1 };
  const next = advance(untouched, { kind: 'cancel' }, pipeline as Pipeline<never>, now);
  return next === untouched ? undefined : next;
}
