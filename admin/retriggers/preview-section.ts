import { type Html, html, joined } from '../pages/html.ts';
import { dateAndTime } from '../pages/times.ts';
import { fieldNames } from './filter.ts';
import type { Typed } from './form.ts';
import { askedFirstMeans, madeBeforeMeans } from './may-exist.ts';
import type { MayExist, Preview } from './preview.ts';
import { documents, duration, number } from './words.ts';

export interface Seen {
  seen: Preview;
  seenAt: Date | undefined;
  typed: Typed;
  forgeryToken: string;
}

/** What a plan would do; and the button that starts it, for exactly what was looked at. */
export const seenSection = ({ seen, seenAt, typed, forgeryToken }: Seen): Html => html`<section class="card" id="seen">
        <div class="title">
          <h2>${documents(seen.documents)} would be set going again</h2>
          ${seenAt && html`<p>What failed before ${dateAndTime(seenAt)}</p>`}
        </div>
        ${
          seen.documents === 0
            ? html`<p class="none">Nothing that has failed is meant by this.</p>`
            : html`${numbers(seen)}${causes(seen)}${examples(seen)}${startForm({ typed, forgeryToken, seenAt })}`
        }
      </section>`;

const numbers = ({ mayExist, askedFirst, madeBefore, pace, bySource }: Preview): Html => html`<dl class="use">
          <div><dt>May exist at Thunderhead already</dt><dd><strong>${number(mayExist)}</strong>${
            mayExist === 0
              ? ' Thunderhead has nothing of them'
              : html`${part(askedFirst, askedFirstMeans)}${part(madeBefore, madeBeforeMeans)}`
          }</dd></div>
          <div><dt>Takes about</dt><dd><strong>${duration(pace.minutes)}</strong> at ${number(pace.documentsPerMinute)} a minute${
            pace.waitingAlready > 0 && `, behind ${number(pace.waitingAlready)} that wait already`
          }${pace.plannedAlready > 0 && `, in turn with ${number(pace.plannedAlready)} of other plans`}</dd></div>
          <div><dt>By source</dt><dd>${joined(
            bySource.map(
              ({ sourceSystem, documents: count }) => html`<span class="part">${sourceSystem} ${number(count)}</span>`,
            ),
          )}</dd></div>
        </dl>`;

const part = (count: number, means: string): Html | false =>
  count > 0 && html`<span class="part">${number(count)} ${means}</span>`;

const causes = ({ byCause }: Preview): Html => html`<div class="scrolling"><table class="listing">
          <thead><tr><th scope="col">Error</th><th scope="col">At</th><th scope="col">For example</th
            ><th scope="col" class="number">Documents</th><th scope="col" class="number">May exist</th></tr></thead>
          <tbody>${joined(
            byCause.map(
              ({ code, fingerprint, category, stage, example, documents: count, ...row }) => html`
            <tr><th scope="row"><code>${code}</code><span>${category}${fingerprint !== null && html`, cause <code>${fingerprint}</code>`}</span></th>
              <td>${stage}</td><td>${example}</td><td class="number">${number(count)}</td>
              <td class="number">${number(row.mayExist)}${parted(row)}</td></tr>`,
            ),
          )}</tbody>
        </table></div>`;

/** Which of the two it is, of those of one cause. */
const parted = ({ askedFirst, madeBefore }: MayExist): Html =>
  html`${
    askedFirst > 0 && html`<span>${number(askedFirst)} asked first</span>`
  }${madeBefore > 0 && html`<span>${number(madeBefore)} made before</span>`}`;

const examples = ({ examples: some, mayExist }: Preview): Html | false =>
  some.length > 0 &&
  html`<details><summary>${
    some.length < mayExist ? `${some.length} of the ${number(mayExist)}` : 'Those'
  } that may exist already</summary>
          <ul>${joined(
            some.map(
              ({ id, askedFirst, madeBefore }) => html`
            <li><a href="/admin/requests/${id}"><code>${id}</code></a> ${[askedFirst && 'asked first', madeBefore && 'made before'].filter(Boolean).join(', ')}</li>`,
            ),
          )}</ul></details>`;

function startForm({ typed, forgeryToken, seenAt }: Omit<Seen, 'seen'>): Html {
  const values: Typed = { ...typed, ...(seenAt && { failedTo: seenAt.toISOString() }) };
  return html`<form method="post" action="/admin/retriggers" autocomplete="off" class="start">
          <input type="hidden" name="csrf" value="${forgeryToken}">${joined(
            fieldNames.flatMap((name) =>
              values[name] ? [html`<input type="hidden" name="${name}" value="${values[name]}">`] : [],
            ),
          )}
          <label for="reason">Reason</label>
          <input id="reason" name="reason" required maxlength="500" value="${typed.reason ?? ''}"
            placeholder="What was wrong, and what was done about it">
          <button type="submit" name="intent" value="start">Start</button>
        </form>`;
}
