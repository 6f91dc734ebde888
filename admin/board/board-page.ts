import type { AppViewRoute, UIConfig } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Express } from 'express';
import type { Operator } from '../access.ts';

type Html = (error: Error | null, html: string) => void;

/** Bull Board's page as we serve it: it says who is signed in, leads out, and asks nobody else for anything. */
export class BoardPage extends ExpressAdapter {
  readonly #operator: () => Operator;

  constructor(operator: () => Operator) {
    super();
    this.#operator = operator;
    const render = this.app.render.bind(this.app) as (name: string, options: object, done: Html) => void;
    this.app.render = ((name: string, options: object, done: Html) =>
      render(name, options, (error, html) => done(error, error ? html : ours(html)))) as Express['render'];
  }

  override setEntryRoute(entry: AppViewRoute): this {
    const handler: AppViewRoute['handler'] = (about) =>
      entry.handler({ ...about, uiConfig: { ...about.uiConfig, miscLinks: linksOf(this.#operator()) } });
    super.setEntryRoute({ ...entry, handler });
    return this;
  }
}

/** A link cannot sign out, because following one must change nothing; it leads to a page with a button. */
const linksOf = ({ subject }: Operator): NonNullable<UIConfig['miscLinks']> => [
  { text: 'Requests', url: '/admin/requests' },
  { text: 'Thunderhead', url: '/admin/thunderhead' },
  { text: 'Retrigger', url: '/admin/retriggers' },
  { text: 'Audit', url: '/admin/audit' },
  { text: `Signed in as ${subject}`, url: '/admin/sign-out' },
  { text: 'Sign out', url: '/admin/sign-out' },
];

/**
 * Without the font from Google: the policy blocks it, and a browser would report that. With a script that notices the end of
 * the session, before Bull Board's own, which sends the first call.
 */
const ours = (html: string): string =>
  html
    .replaceAll(/<link [^>]*href="https:\/\/fonts\.[^>]*>/g, '')
    .replace('</title>', '</title>\n    <script src="/admin/sign-in/session-watch.js"></script>');
