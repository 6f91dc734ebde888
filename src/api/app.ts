import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from '#src/platform/log.ts';
import { answerProblems, nothingHere } from './errors.ts';

export interface AppParts {
  /** Under `/api/v1`. */
  api?: RequestHandler;
  /** Under `/admin`. */
  board?: RequestHandler;
  /** Throws while this process cannot do its work. */
  ready: () => Promise<Record<string, unknown>>;
  log: Logger;
}

/** One HTTP listener for what this process's roles offer. */
export function createApp({ api, board, ready, log }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(logRequests(log));
  app.get('/health/live', (_request, response) => void response.json({ live: true }));
  app.get('/health/ready', async (_request, response) => {
    try {
      response.json({ ready: true, ...(await ready()) });
    } catch (error) {
      response.status(503).json({ ready: false, reason: (error as Error).message });
    }
  });
  if (board) app.use('/admin', board);
  if (api) app.use('/api/v1', helmet(), api);
  app.use(nothingHere);
  app.use(answerProblems(log));
  return app;
}

/** A line for every answer that is an error; for the others only when debugging, because they come by the thousand. */
const logRequests =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    response.once('finish', () => {
      const { statusCode } = response;
      const level = statusCode >= 500 ? 'error' : statusCode >= 400 ? 'warn' : 'debug';
      if (log.isLevelEnabled(level))
        log[level](
          {
            method: request.method,
            url: request.originalUrl,
            status: statusCode,
            ms: Math.round(performance.now() - startedAt),
          },
          'answered',
        );
    });
    next();
  };
