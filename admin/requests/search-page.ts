import type { Operator } from '../access.ts';
import { type Html, html, joined } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import { head } from './frame.ts';
import type { FoundRequest, SearchAnswer } from './search.ts';
import { toneOf } from './tone.ts';

export interface SearchPage {
  word: string;
  answer: SearchAnswer;
  operator: Operator;
}

/** One field for whatever an operator has in hand. */
export const searchPage = ({ word, answer, operator }: SearchPage): Html =>
  layout({
    title: word ? `Requests: ${word}` : 'Requests',
    head,
    navigation: navigation(operator),
    content: html`<section class="card">
        <h1>Requests</h1>
        <form method="get" action="/admin/requests" role="search">
          <label for="q" class="unseen">Search</label>
          <div class="row"><input id="q" name="q" value="${word}" maxlength="200" type="search" autofocus autocomplete="off"
            aria-describedby="q-hint"><button type="submit">Search</button></div>
          <p class="hint" id="q-hint">By id, correlation id, name or correlation id of a hand-over, Thunderhead batch id, source
            system, error code or fingerprint: the whole word.</p>
        </form>
      </section>
      <section class="card">
        <h2>${titleOf(word, answer)}</h2>
        ${answer.requests.length === 0 ? html`<p class="none">${word ? 'Nothing goes by this word.' : 'Nothing has failed.'}</p>` : table(answer.requests, word ? received : ended)}
      </section>`,
  });

function titleOf(word: string, { by, requests, isCut }: SearchAnswer): string {
  const count = isCut ? `The newest ${requests.length}` : String(requests.length);
  if (!word) return isCut ? `What failed last: the newest ${requests.length}` : 'What failed last';
  if (requests.length === 0) return 'Not found';
  return `${count} by ${by.join(' and ')}`;
}

/** The moment that the list goes by. */
interface Moment {
  name: string;
  of(request: FoundRequest): Date | null;
}
const received: Moment = { name: 'Received', of: ({ receivedAt }) => receivedAt };
const ended: Moment = { name: 'Failed', of: ({ endedAt }) => endedAt };

const table = (
  requests: readonly FoundRequest[],
  moment: Moment,
): Html => html`<div class="scrolling"><table class="found">
          <thead>
            <tr><th scope="col">Request</th><th scope="col">Status</th><th scope="col">Source</th><th scope="col">Why</th
              ><th scope="col">${moment.name}</th></tr>
          </thead>
          <tbody>${joined(requests.map((request) => row(request, moment.of(request))))}</tbody>
        </table></div>`;

const row = ({ id, status, stage, error, ...request }: FoundRequest, at: Date | null): Html => html`
            <tr>
              <th scope="row"><a href="/admin/requests/${id}">${request.documentName}</a><code>${id}</code></th>
              <td><span class="badge ${toneOf(status)}">${status}</span><small>at ${error?.stage ?? stage}</small></td>
              <td>${request.sourceSystem}<code>${request.requestCorrelationId}</code></td>
              <td>${
                error !== null &&
                html`<a href="/admin/requests?q=${error.code}">${error.code}</a><small>${error.description}</small>`
              }</td>
              <td><small>${at !== null && dateAndTime(at)}</small></td>
            </tr>`;
