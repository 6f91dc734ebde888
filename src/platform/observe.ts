import type { Progress } from '#processors/engine/progress.ts';
import type { Observer } from '#processors/engine/runner.ts';
import type { Logger } from './log.ts';

/** What an operator reads at night: every fault with its next step, and every end that is not a happy one. */
export const observeInLog = (log: Logger): Observer => ({
  faulted({ pipeline, at, next, failure, error }) {
    const { code, category, description } = failure;
    const about = { ...itemOf(pipeline, at), stage: at.stage, code, category, attempt: at.attempts + 1 };
    if (next.stage === at.stage && next.status === 'ready')
      log.warn(
        { ...about, nextRetryAt: next.dueAt, ...(code === 'OMS_INTERNAL_ERROR' && { err: error }) },
        `will be tried again: ${description}`,
      );
    // A rejection is an answer to the source; a failure is a question for an operator.
    else if (next.result === 'rejected') log.info(about, `rejected: ${description}`);
    else log.error({ ...about, result: next.result }, `given up: ${description}`);
  },
  unsettled({ pipeline, at, error }) {
    log.error(
      { ...itemOf(pipeline, at), stage: at.stage, err: error },
      'a step could not be written down; it is run again when its lease is over',
    );
  },
  ended({ pipeline, at, next }) {
    log.debug({ ...itemOf(pipeline, at), result: next.result, round: next.round }, 'ended');
  },
});

/** The item of a callback is the status event that it tells. */
const itemOf = (pipeline: string, { id }: Progress) =>
  pipeline === 'callback' ? { pipeline, eventId: id } : { requestId: id };
