import type { Operator } from '../access.ts';
import { type Html, html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import type { AtThunderhead } from '../retriggers/may-exist.ts';
import { actionsCard } from './actions-view.ts';
import { conditionOf } from './condition.ts';
import { errorsCard } from './errors-view.ts';
import { fact, head } from './frame.ts';
import type { Notice } from './notices.ts';
import { type PayloadView, payloadCard } from './payload-view.ts';
import type { ErrorRecord, RequestHead, RequestRecords } from './records.ts';
import type { TimelineEntry } from './timeline.ts';
import { timelineCard } from './timeline-view.ts';
import { toneOf } from './tone.ts';

export interface RequestPage {
  records: RequestRecords;
  timeline: readonly TimelineEntry[];
  payload: PayloadView;
  now: Date;
  operator: Operator;
  /** What Thunderhead may have of it, when it has failed. */
  kept: AtThunderhead | undefined;
  notice?: Notice | undefined;
}

/** All there is to know of one request, and what can be done about it: how it stands, why, what happened, what was asked. */
export const requestPage = ({ records, timeline, payload, now, operator, kept, notice }: RequestPage): Html =>
  layout({
    title: `${records.head.documentName} ${records.head.id}`,
    head,
    navigation: navigation(operator),
    content: html`
      ${notice && html`<p class="message${notice.isError && ' error'}" role="${notice.isError ? 'alert' : 'status'}">${notice.text}</p>`}
      ${headCard(records, now)}
      ${errorsCard(records.errors)}
      ${actionsCard(records, kept, operator.forgeryToken ?? '')}
      ${timelineCard(timeline)}
      ${payloadCard(records.head, payload, operator.forgeryToken ?? '')}`,
  });

function headCard({ head: request, errors }: RequestRecords, now: Date): Html {
  const { tone, headline } = conditionOf(request, now);
  const { id, word, round, documentName, documentType } = request;
  return html`<section class="card">
        <div class="title">
          <h1>${documentName} <small>${documentType}</small></h1>
          <p>${dateAndTime(now)}<a href="/admin/requests/${id}">Look again</a></p>
        </div>
        <p class="identity"><span class="badge ${toneOf(word)}">${word}</span><code>${id}</code></p>
        <div class="condition ${tone}">
          <p><strong>${headline}</strong></p>
          <p class="breaker">${whereOf(request, errors)}${round > 1 && `, round ${round}`}</p>
        </div>
        <dl class="facts">
          ${fact('Source system', html`<a href="/admin/requests?q=${request.sourceSystem}">${request.sourceSystem}</a>`)}
          ${fact('Correlation id', html`<code>${request.requestCorrelationId}</code>`)}
          ${fact('Received', `${dateAndTime(request.receivedAt)}${request.client ? `, from ${request.client}` : ''}`)}
          ${request.endedAt !== null && fact('Ended', dateAndTime(request.endedAt))}
          ${request.notBefore !== null && fact('Not before', dateAndTime(request.notBefore))}
          ${fact('Language', request.documentLanguage)}
          ${fact('Environment', request.sourceEnvironment)}
          ${fact('Priority', String(request.priority))}
          ${request.callbackUrl !== null && fact('Called back at', html`<code>${request.callbackUrl}</code>`)}
        </dl>
      </section>`;
}

/** What has failed stands at the last stage, which told of it; what matters is where it failed. */
function whereOf({ stage, status, result }: RequestHead, [newest]: readonly ErrorRecord[]): string {
  const isLost = status === 'ended' && (result === 'failed' || result === 'rejected');
  return isLost && newest ? `Failed at ${newest.stage}` : `Stage ${stage}`;
}
