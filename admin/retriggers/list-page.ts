import type { Operator } from '../access.ts';
import { type Html, html, joined } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import { planForm, type Typed } from './form.ts';
import type { Plan } from './plans.ts';
import type { Preview } from './preview.ts';
import { seenSection } from './preview-section.ts';
import { filterInWords, mark, number } from './words.ts';

export interface ListPage {
  operator: Operator;
  stages: readonly string[];
  plans: readonly Plan[];
  /** The form, word for word. */
  typed: Typed;
  problems?: readonly { message: string }[];
  /** What a plan of what was typed would do. */
  seen?: Preview;
  /** Only what failed before it, unless something else was typed. */
  seenAt?: Date;
}

/** The plans, and the form for a new one. First it is looked at, then it is started. */
export const listPage = ({ operator, stages, plans, typed, problems = [], seen, seenAt }: ListPage): Html => {
  const forgeryToken = operator.forgeryToken ?? '';
  return layout({
    title: 'Retrigger',
    head: pageStyles,
    navigation: navigation(operator),
    content: html`
      ${
        problems.length > 0 &&
        html`<div class="message error" role="alert"><ul>${joined(
          problems.map(({ message }) => html`<li>${message}</li>`),
        )}</ul></div>`
      }
      ${seen && seenSection({ seen, seenAt, typed, forgeryToken })}
      ${planForm({ typed, looked: seen !== undefined, stages, forgeryToken })}
      <section class="card">
        <h2>Plans</h2>
        ${plans.length === 0 ? html`<p class="none">None has been made yet.</p>` : table(plans)}
      </section>`,
  });
};

export const pageStyles = html`<link rel="stylesheet" href="/admin/thunderhead/style.css">
    <link rel="stylesheet" href="/admin/audit/style.css">`;

const table = (plans: readonly Plan[]): Html => html`<div class="scrolling"><table class="listing">
          <thead><tr><th scope="col">Plan</th><th scope="col">What</th><th scope="col" class="number">Pending</th
            ><th scope="col" class="number">Going</th><th scope="col" class="number">Completed</th
            ><th scope="col" class="number">Failed again</th><th scope="col" class="number">Skipped</th
            ><th scope="col">Status</th></tr></thead>
          <tbody>${joined(plans.map(row))}</tbody>
        </table></div>`;

const row = ({ id, filter, reason, actor, status, createdAt, counts }: Plan): Html => html`
            <tr>
              <th scope="row"><a href="/admin/retriggers/${id}">${dateAndTime(createdAt)}</a><span>by ${actor}</span></th>
              <td>${reason}<span>${filterInWords(filter)}</span></td>
              <td class="number">${number(counts.pending)}</td><td class="number">${number(counts.going)}</td>
              <td class="number">${number(counts.completed)}</td><td class="number">${number(counts.failed)}</td>
              <td class="number">${number(counts.skipped)}</td>
              <td>${mark(status)}</td>
            </tr>`;
