import type { Operator } from '../access.ts';
import { type Html, html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { head } from './frame.ts';

export const notFoundPage = ({ id, operator }: { id: string; operator: Operator }): Html =>
  layout({
    title: 'No such request',
    head,
    navigation: navigation(operator),
    content: html`<section class="card">
        <h1>No such request</h1>
        <p class="lead">There is none with the id <code>${id}</code>. It may have been finished so long ago that it was removed.</p>
        <p><a href="/admin/requests">Search for another</a></p>
      </section>`,
  });
