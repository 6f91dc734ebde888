import type { BoardHooks, ControllerHandlerReturnType, ErrorTranslationKey } from '@bull-board/api/typings/app';
import { isTimeout } from './stage-counts.ts';

/** What the board does not do, and why: the rows are the truth, and only the engine writes them. */

const notYet = (what: string) => `${what} is not available yet; until then only Retry changes anything here.`;
const never = (why: string) => `Not possible here: ${why}`;
const rowsAreTheTruth = 'documents live in the database, and a queue only says which of them to look at.';

/** Everything that changes something, but for the two retries: a route that is not listed in either is refused as well. */
const refused: Record<string, string> = {
  'put /api/queues/pause': notYet('Pausing all stages'),
  'put /api/queues/resume': notYet('Resuming all stages'),
  'put /api/queues/:queueName/pause': notYet('Pausing a stage'),
  'put /api/queues/:queueName/resume': notYet('Resuming a stage'),
  'put /api/queues/:queueName/promote': notYet('Promoting (due now)'),
  'put /api/queues/:queueName/:jobId/promote': notYet('Promoting (due now)'),
  'put /api/queues/:queueName/:jobId/clean': never(
    'nothing is removed. What has not ended is cancelled with POST /api/v1/document-requests/{id}/cancel.',
  ),
  'patch /api/queues/:queueName/:jobId/delay': notYet('Rescheduling a document'),
  'patch /api/queues/:queueName/:jobId/priority': never('the priority is part of what was asked for.'),
  'patch /api/queues/:queueName/:jobId/update-data': never('what a source asked for is kept exactly as it was asked.'),
  'post /api/queues/:queueName/add': never('a document is asked for with POST /api/v1/document-requests.'),
  'put /api/queues/:queueName/clean/:queueStatus': never(`nothing is cleaned away; ${rowsAreTheTruth}`),
  'put /api/queues/:queueName/empty': never(`there is nothing to empty; ${rowsAreTheTruth}`),
  'put /api/queues/:queueName/obliterate': never(`there is nothing to obliterate; ${rowsAreTheTruth}`),
  'put /api/queues/:queueName/concurrency': never('the concurrency is part of the configuration.'),
};

const allowed = ['put /api/queues/:queueName/:jobId/retry', 'put /api/queues/:queueName/retry/:queueStatus'];

/** Asked before every call of the board's API. */
export const refuseBefore: NonNullable<BoardHooks['before']> = ({ method, route }) => {
  const call = `${method} ${route}`;
  if (method === 'get' || allowed.includes(call)) return;
  return { allow: false, status: 403, message: refused[call] ?? never(rowsAreTheTruth) };
};

/** A wish that is understood and not granted; becomes an answer that a person can read. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: 403 | 409;
  readonly headline: { key: ErrorTranslationKey; options?: Record<string, unknown> };

  constructor(
    message: string,
    status: Refusal['status'] = 403,
    headline: Refusal['headline'] = { key: 'ERRORS.FORBIDDEN' },
  ) {
    super(message);
    this.status = status;
    this.headline = headline;
  }
}

/** For methods of an adapter that no route reaches. */
export const refuse = (): Promise<never> => Promise.reject(new Refusal(never(rowsAreTheTruth)));

export interface BoardLog {
  error(about: object, message: string): void;
}

/** A refusal is told as it is; of anything else the browser learns no more than that it went wrong, and the log all. */
export const answerErrors =
  (log: BoardLog) =>
  (error: unknown): ControllerHandlerReturnType => {
    if (error instanceof Refusal)
      return { status: error.status, body: { error: error.headline, message: error.message } };
    log.error({ err: error }, 'the board could not answer');
    const message = isTimeout(error)
      ? 'The database took too long for this; pages far back in a long list do.'
      : 'The log knows more.';
    return { status: 500, body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' }, message } };
  };
