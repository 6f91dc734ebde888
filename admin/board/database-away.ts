import type { ErrorRequestHandler } from 'express';
import { isTimeout } from '#processors/engine/read-only.ts';
import { isUnreachable } from '#processors/engine/transaction.ts';
import { type Html, html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { pageHeaders } from '../sign-in/headers.ts';
import { pageBehind } from '../sign-in/page-behind.ts';

/** Whoever looks at a page is told on a page that the database is away; a script, and any other error, as everywhere. */
export const databaseAway =
  (log: { error(about: object, message: string): void }): ErrorRequestHandler =>
  (error, request, response, next) => {
    const isPage = !request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html';
    const isAway = isUnreachable(error);
    if (response.headersSent || !isPage || !(isAway || isTimeout(error))) return next(error);
    const { method, originalUrl: url } = request;
    log.error({ err: error, method, url }, 'a page had to do without the database');
    response.locals.code = 'OMS_DATABASE_UNAVAILABLE';
    response.status(503).set('retry-after', '5');
    const about = { isAway, isLook: method === 'GET' || method === 'HEAD', again: pageBehind(request) };
    pageHeaders(request, response, () => void response.send(awayPage(about).text));
  };

/** When it went away in the middle of an action, nobody knows how far that came: nothing but the page itself will tell. */
const awayPage = ({ isAway, isLook, again }: { isAway: boolean; isLook: boolean; again: string }): Html =>
  layout({
    title: isAway ? 'The database is away' : 'The database took too long',
    content: html`<section class="card">
        <h1>${isAway ? 'The database is away' : 'The database took too long'}</h1>
        <p class="lead">${
          isLook
            ? 'Nothing was changed. Please try again in a moment.'
            : 'What you asked for was most likely not done. Look again in a moment, before you ask for it once more.'
        }</p>
        <p class="aside"><a href="${again}">${isLook ? 'Try again' : 'Look again'}</a></p>
      </section>`,
  });
