import type { Operator } from '../access.ts';
import { type Html, html } from './html.ts';

/** From each of our own pages to the others, and out. */
export const navigation = ({ subject }: Pick<Operator, 'subject'>): Html => html`<nav>
          <a href="/admin">Board</a>
          <a href="/admin/requests">Requests</a>
          <a href="/admin/retriggers">Retrigger</a>
          <a href="/admin/thunderhead">Thunderhead</a>
          <a href="/admin/audit">Audit</a>
          <a href="/admin/sign-out">Signed in as ${subject}</a>
        </nav>`;
