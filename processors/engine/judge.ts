import { type Failure, Fault, type Verdict } from './outcome.ts';
import type { Pipeline } from './pipeline.ts';
import type { Progress } from './progress.ts';
import type { Stage } from './stage.ts';
import { isUnreachable } from './transaction.ts';

export interface Judged {
  at: Progress;
  verdict: Verdict;
  error?: unknown;
}

/** A chunk's items at once; when that fails, one by one, so that an unreadable one fails alone. */
export async function loadItems(
  pipeline: Pipeline<unknown>,
  stage: string,
  claimed: readonly Progress[],
): Promise<ReadonlyMap<string, unknown>> {
  try {
    return await pipeline.load(stage, claimed);
  } catch (error) {
    // Nobody's fault: no attempt is burnt, the leases run out and the chunk is rung again.
    if (isUnreachable(error)) throw error;
    if (claimed.length === 1) return new Map([[claimed[0]?.id ?? '', error]]);
    const each = await Promise.all(claimed.map((at) => loadItems(pipeline, stage, [at])));
    return new Map(each.flatMap((items) => [...items]));
  }
}

/** Runs one item. Whatever is thrown becomes a verdict too. */
export async function judge(
  stage: Stage<unknown>,
  at: Progress,
  item: unknown,
  signal: AbortSignal,
): Promise<Omit<Judged, 'at'>> {
  try {
    if (item === undefined) throw new Error(`there is no item ${at.id}`);
    if (item instanceof Error) throw item;
    // The `always` stage is on the way back too, and there it tells what happened; it has nothing to undo.
    const forward = at.direction === 'forward' || stage.always;
    const run = forward ? stage.run(item, signal) : stage.undo?.(item, signal);
    if (!run) throw new Error(`stage ${stage.name} cannot undo`);
    return { verdict: await orAborted(run, signal) };
  } catch (error) {
    const { afterMs, final = false } = error instanceof Fault ? error : {};
    const failure = failureOf(error);
    return {
      verdict: { kind: 'fault', failure, ...(afterMs !== undefined && { afterMs }), ...(final && { final }) },
      error,
    };
  }
}

/** A run that does not listen to its signal is left behind; the item must not wait for it. */
function orAborted<T>(run: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () =>
      reject(
        new Fault({ code: 'OMS_STAGE_TIMEOUT', category: 'TIMEOUT', description: (signal.reason as Error).message }),
      );
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    run.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Fault) return error.failure;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { code: 'OMS_INTERNAL_ERROR', category: 'INTERNAL_ERROR', description: message.slice(0, 2_000) };
}

/**
 * Whether the history tells of a step. A stage that has to succeed is tried for ever: of its faults the first is told, the
 * second, the fourth and so on, or an outage of a night would write more history than all documents.
 */
export function isTold(verdict: Verdict, stage: Pick<Stage<never>, 'always'>, { attempts }: Progress): boolean {
  if (verdict.kind === 'wait') return verdict.told ?? false;
  return verdict.kind !== 'fault' || !stage.always || Number.isInteger(Math.log2(attempts));
}

/** What the history says of a step. */
export function reasonOf(verdict: Verdict, next: Progress): string {
  if (verdict.kind === 'cancel') return 'cancelled, as it was asked for';
  if (verdict.kind === 'cancelled' || verdict.kind === 'wait') return verdict.reason;
  if (verdict.kind === 'done') return verdict.reason ?? (next.status === 'ended' ? 'ended' : 'done');
  const { code, description } = verdict.failure;
  return `${code}: ${description}`;
}
