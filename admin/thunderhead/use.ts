import { type Html, html, joined } from '../pages/html.ts';
import type { CallsView } from './calls-view.ts';
import type { SourceUse } from './controls.ts';

/** How much of what is allowed is used, and by whom. */

export const useOf = ({ settings, use }: CallsView): Html | undefined =>
  use &&
  html`<dl class="use">
          ${share('Calls in the last minute', use.grantedInLastMinute, settings.callsPerMinute)}
          ${share('In flight now', use.inFlight, settings.callsInFlight)}
          <div>
            <dt>Tokens left</dt>
            <dd><strong>${use.tokensLeft.toLocaleString('en')}</strong> calls, saved up</dd>
          </div>
        </dl>`;

const share = (label: string, used: number, allowed: number): Html => html`<div>
            <dt>${label}</dt>
            <dd><strong>${used.toLocaleString('en')}</strong> of ${allowed.toLocaleString('en')}</dd>
            <meter value="${used}" max="${allowed}" aria-label="${label}"></meter>
          </div>`;

export const sourcesTable = (sources: readonly SourceUse[]): Html => html`<section class="card">
        <h2>By source system</h2>
        <p class="lead">When not all calls can go at once, each source system gets its share by weight. The weight is the
          attribute <code>weight</code> of its reference row <code>SOURCE_SYSTEM</code> and is changed there; without one
          it is 1.</p>
        ${sources.length === 0 ? html`<p class="none">None has asked for a call lately.</p>` : table(sources)}
      </section>`;

const table = (sources: readonly SourceUse[]): Html => html`<div class="scrolling"><table>
          <thead>
            <tr><th scope="col">Source system</th><th scope="col">Weight</th><th scope="col">Calls in the last minute</th
              ><th scope="col">Calls waiting, about</th></tr>
          </thead>
          <tbody>${joined([...sources].sort(byName).map(row))}</tbody>
        </table></div>`;

const row = ({ source, weight, grantedInLastMinute, waitingCalls }: SourceUse): Html => html`
            <tr><th scope="row">${source}</th><td>${weight}</td><td>${grantedInLastMinute.toLocaleString('en')}</td
              ><td>${waitingCalls.toLocaleString('en')}</td></tr>`;

const byName = (one: SourceUse, other: SourceUse): number => one.source.localeCompare(other.source);
