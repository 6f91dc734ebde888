import type { Operator } from '../access.ts';
import { type Html, html, joined } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import type { AuditRow } from './audit.ts';

export interface AuditPage {
  operator: Operator;
  /** The filter, word for word. */
  typed: Readonly<Record<string, string>>;
  problems: readonly { message: string }[];
  rows: readonly AuditRow[];
  /** Where older ones begin. */
  next?: string | undefined;
}

/** What operators did, newest first. */
export const auditPage = ({ operator, typed, problems, rows, next }: AuditPage): Html =>
  layout({
    title: 'Audit',
    head: html`<link rel="stylesheet" href="/admin/thunderhead/style.css">
    <link rel="stylesheet" href="/admin/audit/style.css">`,
    navigation: navigation(operator),
    content: html`
      <section class="card">
        <div class="title">
          <h1>Audit</h1>
          <p>As a file: <a href="${file(typed, 'csv')}">CSV</a><a href="${file(typed, 'ndjson')}">NDJSON</a></p>
        </div>
        <p class="lead">Every action of an operator: who, what, when, why, from where, and how it ended. Nothing here can be
          changed or removed.</p>
        ${
          problems.length > 0 &&
          html`<div class="message error" role="alert"><ul>${joined(
            problems.map(({ message }) => html`<li>${message}</li>`),
          )}</ul></div>`
        }
        ${filterForm(typed)}
        ${rows.length === 0 ? html`<p class="none">Nothing to show.</p>` : table(rows)}
        ${next && html`<p class="more"><a href="${address('/admin/audit', { ...typed, before: next })}">Older ones</a></p>`}
      </section>`,
  });

const fields = [
  { name: 'from', label: 'From', type: 'datetime-local' },
  { name: 'to', label: 'Until', type: 'datetime-local' },
  { name: 'actor', label: 'Who', type: 'text' },
  { name: 'action', label: 'Action', type: 'text' },
  { name: 'target', label: 'On what', type: 'text' },
];

const filterForm = (typed: AuditPage['typed']): Html => html`<form method="get" action="/admin/audit" class="filter">
          <div class="fields">${joined(
            fields.map(
              ({ name, label, type }) => html`
            <div><label for="${name}">${label}${type === 'datetime-local' && html` <span>(UTC)</span>`}</label>
              <input id="${name}" name="${name}" type="${type}" value="${typed[name] ?? ''}" maxlength="200"></div>`,
            ),
          )}
            <div><label for="result">Result</label>
              <select id="result" name="result">${joined(
                ['', 'done', 'refused', 'failed'].map(
                  (value) =>
                    html`<option value="${value}"${value === (typed.result ?? '') && html` selected`}>${value || 'any'}</option>`,
                ),
              )}</select></div>
          </div>
          <button type="submit" class="second">Filter</button>
        </form>`;

const table = (rows: readonly AuditRow[]): Html => html`<div class="scrolling"><table class="listing">
          <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">On what</th
            ><th scope="col">Result</th></tr></thead>
          <tbody>${joined(rows.map(line))}</tbody>
        </table></div>`;

const line = ({ at, actor, client, origin, action, target, reason, result, details }: AuditRow): Html => html`
            <tr>
              <td><time datetime="${at.toISOString()}">${dateAndTime(at)}</time></td>
              <td><strong>${actor}</strong><span>${client !== actor && `${client}, `}${origin ?? ''}</span></td>
              <td><code>${action}</code>${reason !== undefined && html`<span>“${reason}”</span>`}</td>
              <td>${on(target)}${details && html`<details><summary>Details</summary><pre>${JSON.stringify(details, null, 2)}</pre></details>`}</td>
              <td class="result ${result}">${result}</td>
            </tr>`;

const on = ({ type, id }: AuditRow['target']): Html => html`${type}${id !== undefined && html` <code>${id}</code>`}`;

const file = (typed: AuditPage['typed'], format: string) => address('/admin/api/audit', { ...typed, format });

/** Without what is empty, and from the newest on unless `before` says otherwise. */
function address(path: string, values: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))}`;
}
