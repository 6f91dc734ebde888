import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * `same-origin`: with helmet's `no-referrer` a browser sends `Origin: null` with a form, and nobody could tell where it
 * came from.
 */
const always = { referrerPolicy: { policy: 'same-origin' }, xFrameOptions: { action: 'deny' } } as const;

/** Only what we serve ourselves. Bull Board sets styles on its elements; scripts come from files alone. */
export const boardHeaders = helmet({
  ...always,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
});

/** For our own pages. Nothing but our own stylesheets and picture: no script at all. */
export const pageHeaders = helmet({
  ...always,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
});

/** What an operator sees is not for a cache, nor for the back button. Bull Board's own files are anybody's. */
export const keepNothing: RequestHandler = ({ path }, response, next) => {
  if (!path.startsWith('/static/')) response.set('cache-control', 'no-store');
  next();
};
