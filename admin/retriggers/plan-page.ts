import type { Operator } from '../access.ts';
import { type Html, html, joined } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import type { PlanPace } from './actions.ts';
import { pageStyles } from './list-page.ts';
import { type ItemState, itemStates, may, type Plan, type PlanChange, type PlanItem } from './plans.ts';
import { progressBar } from './progress-bar.ts';
import { documents, duration, filterInWords, mark, number } from './words.ts';

export interface PlanPage {
  operator: Operator;
  now: Date;
  plan: Plan;
  /** Of those that are still pending, at the present budget. */
  pace: PlanPace | undefined;
  items: readonly PlanItem[];
  /** Only such documents are listed. */
  state: ItemState | undefined;
  next?: string | undefined;
  notice?: string | undefined;
}

/** How far a plan is, what became of each of its documents, and the buttons that hold it up. */
export const planPage = ({ operator, now, plan, pace, items, state, next, notice }: PlanPage): Html =>
  layout({
    title: 'Retrigger plan',
    head: pageStyles,
    navigation: navigation(operator),
    content: html`
      ${notice && html`<p class="message" role="status">${notice}</p>`}
      <section class="card">
        <div class="title">
          <h1>${plan.reason}</h1>
          <p>${dateAndTime(now)}<a href="/admin/retriggers/${plan.id}">Look again</a></p>
        </div>
        <p class="lead">Made by <strong>${plan.actor}</strong>, ${dateAndTime(plan.createdAt)}: ${filterInWords(plan.filter)}.</p>
        <div class="condition ${toneOf(plan, pace)}">
          <p><strong>${headline(plan, pace)}</strong>${
            plan.changedAt > plan.createdAt &&
            html`<span>${words[plan.status]} by ${plan.changedBy}, ${dateAndTime(plan.changedAt)}</span>`
          }</p>
        </div>
        ${progressBar(plan.counts)}
        <dl class="use narrow">${joined(itemStates.map((each) => count(plan, each)))}</dl>
        ${buttons(plan, operator.forgeryToken ?? '')}
      </section>
      <section class="card" id="documents">
        <div class="title">
          <h2>Documents${state && `: ${labels[state].toLowerCase()}`}</h2>
          ${state && html`<p><a href="/admin/retriggers/${plan.id}#documents">All</a></p>`}
        </div>
        ${items.length === 0 ? html`<p class="none">None.</p>` : table(items)}
        ${next && html`<p class="more"><a href="${address(plan, { state, after: next })}">More</a></p>`}
      </section>`,
  });

const tones = { running: 'good', paused: 'waiting', stopped: 'unknown', done: 'good' } as const;
const words = { running: 'Resumed', paused: 'Paused', stopped: 'Stopped', done: 'Last resumed' } as const;

const labels: Record<ItemState, string> = {
  pending: 'Pending',
  going: 'Going',
  completed: 'Completed',
  failed: 'Failed again',
  skipped: 'Skipped',
};

const isHeldUp = ({ status }: Plan, pace: PlanPace | undefined): boolean =>
  status === 'running' && pace !== undefined && pace.heldUpBy.length > 0;

const toneOf = (plan: Plan, pace: PlanPace | undefined): string =>
  isHeldUp(plan, pace) ? 'waiting' : tones[plan.status];

function headline(plan: Plan, pace: PlanPace | undefined): string {
  const { status, counts, endedAt } = plan;
  if (status === 'done') return `Done${endedAt ? `, ${dateAndTime(endedAt)}` : ''}`;
  if (status === 'stopped') return endedAt ? 'Stopped' : `Stopped; ${documents(counts.going)} under way`;
  if (status === 'paused') return `Paused; ${documents(counts.pending)} left`;
  if (!pace) return 'Running; all have been set going';
  const { waitingAlready, documentsPerMinute, minutes, heldUpBy } = pace;
  if (isHeldUp(plan, pace)) return `Running, but nothing gets to Thunderhead: ${heldUpBy.join('; ')}`;
  const left = `about ${duration(minutes)} until the last one goes`;
  if (waitingAlready < documentsPerMinute) return `Running; ${left}`;
  return `Running; no room now: ${documents(waitingAlready)} ${waitingAlready === 1 ? 'waits' : 'wait'} in front of Thunderhead; ${left}`;
}

const count = (plan: Plan, state: ItemState): Html => html`
          <div><dt>${labels[state]}</dt><dd><strong>${number(plan.counts[state])}</strong>${
            plan.counts[state] > 0 && html` <a href="${address(plan, { state })}">show</a>`
          }</dd></div>`;

function buttons(plan: Plan, forgeryToken: string): Html | undefined {
  const possible = actions.filter(({ change }) => may(change, plan));
  if (possible.length === 0) return undefined;
  return html`<form method="post" action="/admin/retriggers/${plan.id}" class="actions">
          <input type="hidden" name="csrf" value="${forgeryToken}">${joined(
            possible.map(
              ({ change, label, isSecond }) => html`
          <button type="submit" name="intent" value="${change}"${isSecond && html` class="second"`}>${label}</button>`,
            ),
          )}
        </form>`;
}

const actions: readonly { change: PlanChange; label: string; isSecond?: true }[] = [
  { change: 'pause', label: 'Pause' },
  { change: 'resume', label: 'Resume' },
  { change: 'stop', label: 'Stop for good', isSecond: true },
];

const table = (items: readonly PlanItem[]): Html => html`<div class="scrolling"><table class="listing">
          <thead><tr><th scope="col">Document</th><th scope="col">Result</th><th scope="col">Note</th><th scope="col">Since</th></tr></thead>
          <tbody>${joined(
            items.map(
              ({ id, state, note, changedAt }) => html`
            <tr><th scope="row"><a href="/admin/requests/${id}"><code>${id}</code></a></th><td>${mark(state)}</td>
              <td>${note ?? ''}</td><td><time datetime="${changedAt.toISOString()}">${dateAndTime(changedAt)}</time></td></tr>`,
            ),
          )}</tbody>
        </table></div>`;

const address = ({ id }: Plan, { state, after }: { state?: ItemState | undefined; after?: string }): string =>
  `/admin/retriggers/${id}?${new URLSearchParams({ ...(state && { state }), ...(after && { after }) })}#documents`;
