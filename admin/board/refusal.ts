import type { BoardHooks, ControllerHandlerReturnType, ErrorTranslationKey } from '@bull-board/api/typings/app';
import { isTimeout } from '#processors/engine/read-only.ts';

/** What the board does not do, and why: the rows are the truth, and only the engine writes them. */

const never = (why: string) => `Not possible here: ${why}`;
const rowsAreTheTruth = 'documents live in the database, and a queue only says which of them to look at.';
const asTheStageSays = 'when a document is looked at again, its stage says. Promote makes it due now.';

/** What changes something and is never granted; so is a route that is listed nowhere. */
const refused: Record<string, string> = {
  'patch /api/queues/:queueName/:jobId/delay': asTheStageSays,
  'patch /api/queues/:queueName/:jobId/priority': 'the priority is part of what was asked for.',
  'patch /api/queues/:queueName/:jobId/update-data': 'what a source asked for is kept exactly as it was asked.',
  'post /api/queues/:queueName/add': 'a document is asked for with POST /api/v1/document-requests.',
  'put /api/queues/:queueName/clean/:queueStatus': `nothing is cleaned away; ${rowsAreTheTruth}`,
  'put /api/queues/:queueName/empty': `there is nothing to empty; ${rowsAreTheTruth}`,
  'put /api/queues/:queueName/obliterate': `there is nothing to obliterate; ${rowsAreTheTruth}`,
  'put /api/queues/:queueName/concurrency': 'the concurrency is part of the configuration.',
  'put /api/queues/:queueName/job-schedulers/:schedulerId/remove':
    'the job that looks for what can be recovered stays; its schedule can be changed.',
};

/** What can be done at a stage of documents. */
export const stageCalls: readonly string[] = [
  'put /api/queues/:queueName/:jobId/retry',
  'put /api/queues/:queueName/retry/:queueStatus',
  'put /api/queues/:queueName/:jobId/promote',
  'put /api/queues/:queueName/promote',
  'put /api/queues/:queueName/:jobId/clean',
  'put /api/queues/:queueName/pause',
  'put /api/queues/:queueName/resume',
];

/** What can be done to a job that runs by the clock. */
export const scheduleCalls: readonly string[] = [
  'put /api/queues/:queueName/job-schedulers/:schedulerId/run',
  'patch /api/queues/:queueName/job-schedulers/:schedulerId',
];

/** A queue of the board that says which calls it grants; one that does not grants none. */
export interface Operable {
  readonly calls: readonly string[];
}

/** Asked before every call of the board's API. */
export const refuseBefore: NonNullable<BoardHooks['before']> = ({ method, route, request }) => {
  const call = `${method} ${route}`;
  if (method === 'get') return;
  const queue = request.queues.get(request.params.queueName) as (Partial<Operable> & object) | undefined;
  if (queue?.calls?.includes(call)) return;
  return { allow: false, status: 403, message: never(refused[call] ?? rowsAreTheTruth) };
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
