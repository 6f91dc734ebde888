import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { isUnreachable } from '#processors/engine/transaction.ts';
import type { Logger } from '#src/platform/log.ts';
import { Problem } from './problem.ts';

/** Whatever goes wrong on the way to an answer becomes a problem document here, and nowhere else. */
export const answerProblems =
  (log: Logger): ErrorRequestHandler =>
  (error, request, response, next) => {
    const problem = problemOf(error);
    // What we threw ourselves is told by the line about the answer, unless that has begun as something else.
    if (problem.status >= 500 && (problem !== error || response.headersSent))
      log.error({ err: error, method: request.method, url: request.originalUrl }, problem.message);
    if (response.headersSent) return next(error);
    send(response, problem);
  };

export const nothingHere: RequestHandler = (request, response) =>
  send(response, new Problem('OMS_ROUTE_NOT_FOUND', `${request.method} ${request.path} leads nowhere`));

/** For a path that exists, with a method that does not. */
export const onlyMethods =
  (...methods: string[]): RequestHandler =>
  (request, response) =>
    send(
      response,
      new Problem(
        'OMS_METHOD_NOT_ALLOWED',
        `${request.baseUrl}${request.path} answers ${methods.join(' and ')}, not ${request.method}`,
        {
          headers: { allow: methods.join(', ') },
        },
      ),
    );

function send(response: Response, problem: Problem): void {
  response.locals.code = problem.code;
  response.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(problem));
}

/** What the client is told of an error; an unknown one is our own. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnreachable(error))
    return new Problem(
      'OMS_DATABASE_UNAVAILABLE',
      'send it again in a moment; what had been taken in is not taken in twice',
      { retryAfterSeconds: 5 },
    );
  const { type, status, limit } = error as { type?: string; status?: number; limit?: number };
  if (type === 'entity.too.large') return new Problem('OMS_BODY_TOO_LARGE', `a body may have ${limit} bytes`);
  if (type === 'entity.parse.failed' || type === 'request.size.invalid' || type === 'request.aborted')
    return new Problem('OMS_BODY_NOT_JSON', (error as Error).message);
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new Problem('OMS_MEDIA_TYPE_NOT_SUPPORTED', (error as Error).message);
  if (error instanceof URIError) return new Problem('OMS_PARAMETER_INVALID', error.message);
  // What is left that is the client's fault was found while reading its body: gzip that is none, most likely.
  if (status === 400) return new Problem('OMS_BODY_NOT_JSON', 'the body cannot be read as it was encoded');
  return new Problem('OMS_INTERNAL_ERROR', 'the cause is in the log');
}
