import type { Operator } from '../access.ts';
import { type Html, html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';
import { navigation } from '../pages/navigation.ts';
import { dateAndTime } from '../pages/times.ts';
import type { CallsView } from './calls-view.ts';
import { conditionOf } from './condition.ts';
import type { SettingProblem } from './controls.ts';
import { type TypedSettings, typedOf } from './form.ts';
import { settingsForm } from './settings-form.ts';
import { sourcesTable, useOf } from './use.ts';

export interface ThunderheadPage {
  view: CallsView;
  now: Date;
  operator: Operator;
  /** What was typed and not taken; undefined: the form shows what holds. */
  typed?: TypedSettings;
  problems?: readonly SettingProblem[];
  /** Something else than what was typed is to blame that nothing was changed. */
  error?: string;
  notice?: string | undefined;
}

/** The calls to Thunderhead: whether they go out, how many, for whom; and what is allowed. Most important first. */
export const thunderheadPage = ({
  view,
  now,
  operator,
  typed,
  problems = [],
  error,
  notice,
}: ThunderheadPage): Html => {
  const { tone, headline, reason } = conditionOf(view.use, now);
  return layout({
    title: 'Calls to Thunderhead',
    head: html`<link rel="stylesheet" href="/admin/thunderhead/style.css">`,
    navigation: navigation(operator),
    content: html`
      ${notice && html`<p class="message" role="status">${notice}</p>`}
      <section class="card">
        <div class="title">
          <h1>Calls to Thunderhead</h1>
          <p>${dateAndTime(now)}<a href="/admin/thunderhead">Look again</a></p>
        </div>
        <div class="condition ${tone}">
          <p><strong>${headline}</strong>${reason && html`<span>${reason}</span>`}</p>
          ${view.use && html`<p class="breaker">Breaker ${view.use.breaker.state}${timesOpened(view.use.breaker.openedTimes)}</p>`}
        </div>
        ${useOf(view)}
      </section>
      ${view.use && sourcesTable(view.use.sources)}
      ${settingsForm({
        typed: typed ?? typedOf(view.settings),
        forgeryToken: operator.forgeryToken ?? '',
        lastChange: view.lastChange,
        ...{ problems, error },
      })}`,
  });
};

const timesOpened = (times: number): string =>
  times === 0 ? ', never opened so far' : `, opened ${times === 1 ? 'once' : `${times} times`} so far`;
