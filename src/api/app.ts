import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { demandDataRate } from '#src/limits/minimum-data-rate.ts';
import type { Logger } from '#src/platform/log.ts';
import { NotReady } from '#src/platform/not-ready.ts';
import { answerProblems, nothingHere, problemOf } from './errors.ts';
import { problems } from './problem.ts';

export interface AppParts {
  /** Under `/api/v1`. */
  api?: RequestHandler;
  /** In front of the API: sheds what is too much. Probes and the board are never shed. */
  ceiling?: RequestHandler;
  /** `/openapi.json` and `/docs`. */
  documentation?: RequestHandler;
  /** Under `/admin`. */
  board?: RequestHandler;
  /** The Security Service, for the edge. */
  security?: RequestHandler;
  /** Under `/metrics`. */
  metrics?: RequestHandler;
  /** CIDR: whose `X-Forwarded-*` say where a request really came from, and whether by https. Nobody's unless told. */
  trustedProxies?: readonly string[];
  /** Throws while this process cannot do its work. */
  ready: () => Promise<Record<string, unknown>>;
  log: Logger;
}

/** One HTTP listener for what this process's roles offer. */
export function createApp({
  api,
  ceiling = (_request, _response, next) => next(),
  documentation,
  board,
  security,
  metrics,
  trustedProxies = [],
  ready,
  log,
}: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', [...trustedProxies]);
  app.use(logRequests(log));
  app.use(demandDataRate());
  app.get('/health/live', (_request, response) => void response.json({ live: true }));
  app.get('/health/ready', async (_request, response) => {
    try {
      response.json({ ready: true, ...(await ready()) });
    } catch (error) {
      // Anybody may ask: the cause names hosts and users, and is for the log.
      log.warn({ err: error }, 'not ready');
      const reason = error instanceof NotReady ? error.message : problems[problemOf(error).code].title;
      response.status(503).json({ ready: false, reason });
    }
  });
  if (metrics) app.get('/metrics', metrics);
  if (security) app.use(security);
  if (board) app.use('/admin', board);
  if (api) app.use('/api/v1', onlyData, ceiling, api);
  if (documentation) app.use(documentation);
  app.use(nothingHere);
  app.use(answerProblems(log));
  return app;
}

/** Answers are data about customers: no browser shows them as a page, and nobody on the way keeps them. */
const onlyData: RequestHandler[] = [
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    xFrameOptions: { action: 'deny' },
    // These are about pages.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
  (_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  },
];

/**
 * A line for every answer that is an error; for the others only when debugging, because they come by the thousand. `code` is
 * the problem's, and `client` whoever called; where a request came from matters while nobody knows who sent it.
 */
const logRequests =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now();
    response.once('finish', () => {
      const { statusCode, locals } = response;
      const level = levelOf(statusCode);
      if (log.isLevelEnabled(level))
        log[level](
          {
            method: request.method,
            url: request.originalUrl,
            status: statusCode,
            code: locals.code,
            ...(locals.client ? { client: locals.client } : { address: request.ip }),
            ms: Math.round(performance.now() - startedAt),
          },
          'answered',
        );
    });
    next();
  };

/** Ours to mend, somebody to look at, a mistake of the client's, or the usual. */
function levelOf(status: number): 'error' | 'warn' | 'info' | 'debug' {
  if (status >= 500) return 'error';
  if ([401, 403, 429].includes(status)) return 'warn';
  return status >= 400 ? 'info' : 'debug';
}
