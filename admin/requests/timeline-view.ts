import { type Html, html, joined } from '../pages/html.ts';
import type { TimelineEntry } from './timeline.ts';

/** The story, oldest first, day by day: when, what, in whose words, by whom. */
export const timelineCard = (entries: readonly TimelineEntry[]): Html => html`<section class="card">
        <h2>Timeline</h2>
        <p class="lead">All times in UTC.</p>
        ${joined([...Map.groupBy(entries, dayOf)].map(([day, ofDay]) => dayList(day, ofDay)))}
      </section>`;

const dayList = (day: string, entries: readonly TimelineEntry[]): Html => html`<h3 class="day">${day}</h3>
        <ol class="timeline">${joined(entries.map(line))}
        </ol>`;

const line = ({ at, tone, title, detail, facts = [], actor }: TimelineEntry): Html => html`
          <li class="${tone}">
            <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 23)}</time>
            <div>
              <p><strong>${title}</strong>${actor && html` <span>by ${actor}</span>`}</p>
              ${detail && html`<p class="detail">${detail}</p>`}
              ${facts.length > 0 && html`<p class="copies">${joined(facts.map(copy))}</p>`}
            </div>
          </li>`;

const copy = ([name, value]: readonly [string, string]): Html => html`<span>${name} <code>${value}</code></span>`;

const dayOf = ({ at }: TimelineEntry): string => days.format(at);
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
